// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/usrsctp_setup.h"

#include <usrsctp.h>

#include "rtc/sctp/packet_check.h"
#include "rtc/sctp/sctp_stack.h"

namespace sdr::rtc {
namespace {

constexpr uint32_t kRtoInitialMs = 500, kRtoMinMs = 200, kRtoMaxMs = 2000;
constexpr uint32_t kDelayedSackMs = 20;
constexpr uint16_t kRetransmissionsMax = 20;  // about 30 s; consent (RFC 7675) notices earlier

template <typename T>
bool set_option(struct socket* socket, int option, const T& value, int level = IPPROTO_SCTP) {
  return usrsctp_setsockopt(socket, level, option, &value, sizeof(value)) == 0;
}

bool set_buffers(struct socket* socket) {
  const int send = kSctpSendBuffer, receive = kSctpReceiveBuffer;
  const linger at_once{.l_onoff = 1, .l_linger = 0};  // closing frees, it does not wait for the peer
  return usrsctp_set_non_blocking(socket, 1) == 0 && set_option(socket, SO_SNDBUF, send, SOL_SOCKET) &&
         set_option(socket, SO_RCVBUF, receive, SOL_SOCKET) && set_option(socket, SO_LINGER, at_once, SOL_SOCKET);
}

bool set_timing(struct socket* socket) {
  sctp_rtoinfo rto{};
  rto.srto_initial = kRtoInitialMs;
  rto.srto_min = kRtoMinMs;
  rto.srto_max = kRtoMaxMs;
  sctp_assocparams limits{};
  limits.sasoc_asocmaxrxt = kRetransmissionsMax;
  sctp_paddrparams path{};
  path.spp_flags = SPP_HB_DISABLE | SPP_PMTUD_DISABLE;  // ICE keeps the path alive and tells when it is dead
  path.spp_pathmtu = kSctpPacketMax;
  path.spp_pathmaxrxt = kRetransmissionsMax;
  sctp_sack_info sack{};
  sack.sack_delay = kDelayedSackMs;
  sack.sack_freq = 2;
  const uint32_t on = 1;
  return set_option(socket, SCTP_RTOINFO, rto) && set_option(socket, SCTP_ASSOCINFO, limits) &&
         set_option(socket, SCTP_PEER_ADDR_PARAMS, path) && set_option(socket, SCTP_DELAYED_SACK, sack) &&
         set_option(socket, SCTP_NODELAY, on);
}

bool set_delivery(struct socket* socket) {
  sctp_initmsg streams{};
  streams.sinit_num_ostreams = kSctpStreams;
  streams.sinit_max_instreams = kSctpStreams;
  streams.sinit_max_attempts = kRetransmissionsMax;
  streams.sinit_max_init_timeo = kRtoMaxMs;
  const sctp_assoc_value resets{.assoc_id = SCTP_FUTURE_ASSOC, .assoc_value = SCTP_ENABLE_RESET_STREAM_REQ};
  const uint32_t on = 1, whole_up_to = kSctpMessageMax;
  bool done = set_option(socket, SCTP_INITMSG, streams) && set_option(socket, SCTP_ENABLE_STREAM_RESET, resets) &&
              set_option(socket, SCTP_RECVRCVINFO, on) && set_option(socket, SCTP_PARTIAL_DELIVERY_POINT, whole_up_to);
  for (const int type : {SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT}) {
    sctp_event event{};
    event.se_assoc_id = SCTP_FUTURE_ASSOC;
    event.se_type = static_cast<uint16_t>(type);
    event.se_on = 1;
    done = done && set_option(socket, SCTP_EVENT, event);
  }
  return done;
}

}  // namespace

void set_up_sctp_library() {
  // What data channels have no use for is off: less for a hostile peer to reach.
  usrsctp_sysctl_set_sctp_ecn_enable(0);
  usrsctp_sysctl_set_sctp_auth_enable(0);
  usrsctp_sysctl_set_sctp_asconf_enable(0);
  usrsctp_sysctl_set_sctp_auto_asconf(0);
  usrsctp_sysctl_set_sctp_nrsack_enable(0);
  usrsctp_sysctl_set_sctp_pktdrop_enable(0);
  usrsctp_sysctl_set_sctp_pr_enable(1);
  usrsctp_sysctl_set_sctp_reconfig_enable(1);
  usrsctp_sysctl_set_sctp_blackhole(2);  // nobody is told that a packet was not expected
  // Memory: no table of 256 buckets per endpoint with one association, no cache of chunks per association, no memory
  // of the tags that were used within the last minute.
  usrsctp_tunable_set_sctp_pcbtblsize(1);
  usrsctp_sysctl_set_sctp_asoc_free_resc_limit(0);
  usrsctp_sysctl_set_sctp_max_chunks_on_queue(kSctpChunksMax);
  usrsctp_sysctl_set_sctp_vtag_time_wait(0);
}

bool set_up_sctp_socket(struct socket* socket) {
  return set_buffers(socket) && set_timing(socket) && set_delivery(socket);
}

}  // namespace sdr::rtc
