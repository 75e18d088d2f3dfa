// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Offers as four kinds of peers make them, shortened to one of each thing that they repeat. For tests only.

namespace sdr::rtc::offers {

/// Two data channels and one video to receive.
constexpr std::string_view kChromium = R"(v=0
o=- 1906915566906275680 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 107 108 109 116 117 118
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2075832950 1 udp 2113937151 11df942e-63dd-48dc-8b77-1d2825d93fd4.local 58176 typ host generation 0 network-cost 999
a=candidate:1234 1 ssltcp 1 192.0.2.7 443 typ host
a=ice-ufrag:SVfs
a=ice-pwd:xAwDUFU7owF+Tj8AGzKN4Tg/
a=ice-options:trickle
a=fingerprint:sha-256 C7:8B:C7:7C:4B:8F:BD:43:6F:5D:41:B0:87:9C:70:49:79:5C:98:18:EF:8C:7F:8E:4B:35:D5:E1:A9:3C:4C:69
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:toffset
a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:12 http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtcp-xr:rcvr-rtt=all
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=rtcp-fb:102 goog-remb
a=rtcp-fb:102 transport-cc
a=rtcp-fb:102 ccm fir
a=rtcp-fb:102 nack
a=rtcp-fb:102 nack pli
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f
a=rtpmap:107 rtx/90000
a=fmtp:107 apt=104
a=rtpmap:108 H264/90000
a=rtcp-fb:108 goog-remb
a=rtcp-fb:108 transport-cc
a=rtcp-fb:108 ccm fir
a=rtcp-fb:108 nack
a=rtcp-fb:108 nack pli
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:109 rtx/90000
a=fmtp:109 apt=108
a=rtpmap:116 H264/90000
a=rtcp-fb:116 transport-cc
a=rtcp-fb:116 ccm fir
a=rtcp-fb:116 nack
a=rtcp-fb:116 nack pli
a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f
a=rtpmap:117 rtx/90000
a=fmtp:117 apt=116
a=rtpmap:118 red/90000
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:SVfs
a=ice-pwd:xAwDUFU7owF+Tj8AGzKN4Tg/
a=fingerprint:sha-256 C7:8B:C7:7C:4B:8F:BD:43:6F:5D:41:B0:87:9C:70:49:79:5C:98:18:EF:8C:7F:8E:4B:35:D5:E1:A9:3C:4C:69
a=setup:actpass
a=mid:1
a=sctp-port:5000
a=max-message-size:262144
)";

/// What all sections share stands above them, and formats' parameters before their names.
constexpr std::string_view kFirefox = R"(v=0
o=mozilla...THIS_IS_SDPARTA-128.0 8398204182474366325 0 IN IP4 0.0.0.0
s=-
t=0 0
a=sendrecv
a=fingerprint:sha-256 12:AB:34:CD:56:EF:78:90:12:AB:34:CD:56:EF:78:90:12:AB:34:CD:56:EF:78:90:12:AB:34:CD:56:EF:78:90
a=group:BUNDLE 0 1 2
a=ice-options:trickle
a=msid-semantic:WMS *
m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0
c=IN IP4 0.0.0.0
a=recvonly
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=ice-pwd:0123456789abcdef0123456789abcdef
a=ice-ufrag:89abcdef
a=mid:0
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=setup:actpass
m=video 9 UDP/TLS/RTP/SAVPF 120 124 97 98 126 127
c=IN IP4 0.0.0.0
a=recvonly
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:6/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1
a=fmtp:98 apt=97
a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
a=fmtp:120 max-fs=12288;max-fr=60
a=fmtp:124 apt=120
a=fmtp:127 apt=126
a=ice-pwd:0123456789abcdef0123456789abcdef
a=ice-ufrag:89abcdef
a=mid:1
a=rtcp-fb:97 nack
a=rtcp-fb:126 nack
a=rtcp-fb:126 nack pli
a=rtcp-fb:126 ccm fir
a=rtcp-fb:126 goog-remb
a=rtcp-fb:126 transport-cc
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:120 VP8/90000
a=rtpmap:124 rtx/90000
a=rtpmap:97 H264/90000
a=rtpmap:98 rtx/90000
a=rtpmap:126 H264/90000
a=rtpmap:127 rtx/90000
a=setup:actpass
a=ssrc:3463672643 cname:{d2b1b0c4-0a5d-4b7e-8a55-1f60cbe5f0aa}
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=sendrecv
a=ice-pwd:0123456789abcdef0123456789abcdef
a=ice-ufrag:89abcdef
a=mid:2
a=setup:actpass
a=sctp-port:5000
a=max-message-size:1073741823
)";

/// webrtcbin: one video, not bundled with anything, and nothing said of H.264's packetisation.
constexpr std::string_view kGStreamer = R"(v=0
o=- 6271530846370364817 0 IN IP4 0.0.0.0
s=-
t=0 0
a=ice-options:trickle
m=video 9 UDP/TLS/RTP/SAVPF 101
c=IN IP4 0.0.0.0
a=setup:actpass
a=ice-ufrag:8GZ0KyZuhNr5ldwWDkKKiCqp0dVTiwKZ
a=ice-pwd:lCVXEUYcCNWTpGqW2tFzzWkVaKlzE5Wf
a=rtcp-mux
a=rtcp-rsize
a=recvonly
a=rtpmap:101 H264/90000
a=rtcp-fb:101 nack
a=rtcp-fb:101 nack pli
a=rtcp-fb:101 ccm fir
a=mid:video0
a=fingerprint:sha-256 AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99
)";

/// Candidates in the offer, several fingerprints, no transport-wide feedback, a source although it only receives.
constexpr std::string_view kAiortc = R"(v=0
o=- 4004264016 4004264016 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic:WMS *
m=video 52421 UDP/TLS/RTP/SAVPF 97 98 99 100 101 102
c=IN IP4 192.0.2.2
a=recvonly
a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
a=mid:0
a=msid:0119e166-56fd-4430-89c4-0b22a0b2f00a 2cedf835-0604-4b94-9a58-0295c98f06f5
a=rtcp:9 IN IP4 0.0.0.0
a=rtcp-mux
a=ssrc-group:FID 746229013 1476962588
a=ssrc:746229013 cname:85fbd79f-3f60-400c-8de8-daea2e7b6a90
a=ssrc:1476962588 cname:85fbd79f-3f60-400c-8de8-daea2e7b6a90
a=rtpmap:97 VP8/90000
a=rtpmap:98 rtx/90000
a=fmtp:98 apt=97
a=rtpmap:99 H264/90000
a=rtcp-fb:99 nack
a=rtcp-fb:99 nack pli
a=rtcp-fb:99 goog-remb
a=fmtp:99 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:100 rtx/90000
a=fmtp:100 apt=99
a=rtpmap:101 H264/90000
a=rtcp-fb:101 nack
a=rtcp-fb:101 nack pli
a=rtcp-fb:101 goog-remb
a=fmtp:101 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:102 rtx/90000
a=fmtp:102 apt=101
a=candidate:f957a2332b1715da3b0ef8ba684454eb 1 udp 2130706431 192.0.2.2 52421 typ host
a=candidate:d0bcf3d9c29a2bc887618212a1623bfa 1 udp 2130706431 2001:db8::2 36789 typ host
a=end-of-candidates
a=ice-ufrag:X63M
a=ice-pwd:xMsshiF3odpUjCdFRVU1zd
a=fingerprint:sha-256 D9:C3:0E:9A:E3:D6:ED:39:0D:26:BD:88:52:8F:19:C6:1D:7C:3E:99:BB:D7:1B:FA:D4:ED:B9:2B:49:B4:E8:97
a=fingerprint:sha-384 D9:6E:FF:8C:43:66:CE:6C:B3:71:86:4C:49:6E:AF:87:B2:20:F6:9C:FD:F6:D4:71:3B:64:55:87:CE:9F:98:74:B8:C3:EB:C8:A9:CB:C4:49:90:09:4B:00:11:22:33
a=setup:actpass
m=application 42991 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 192.0.2.2
a=mid:1
a=sctp-port:5000
a=max-message-size:262144
a=ice-ufrag:X63M
a=ice-pwd:xMsshiF3odpUjCdFRVU1zd
a=fingerprint:sha-256 D9:C3:0E:9A:E3:D6:ED:39:0D:26:BD:88:52:8F:19:C6:1D:7C:3E:99:BB:D7:1B:FA:D4:ED:B9:2B:49:B4:E8:97
a=setup:actpass
)";

}  // namespace sdr::rtc::offers
