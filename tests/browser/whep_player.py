#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A WHEP player that is not ours: GStreamer's webrtcbin with FFmpeg's decoder. usage: whep_player.py URL PICTURES; --probe
says whether it could. Plays until so many pictures were decoded, ends its session and prints what it saw as a line of JSON.
Ends with 77, and says why, where GStreamer's parts are not installed."""

import json
import sys
import threading
import urllib.parse
import urllib.request

try:
    import gi

    for name in ("Gst", "GstSdp", "GstWebRTC"):
        gi.require_version(name, "1.0")
    from gi.repository import GLib, Gst, GstSdp, GstWebRTC
except (ImportError, ValueError) as error:
    print(f"GStreamer for Python is not installed ({error}): python3-gi, gir1.2-gst-plugins-bad-1.0")
    sys.exit(77)

PARTS = {
    "webrtcbin": "plugins-bad", "dtlsdec": "plugins-bad", "srtpdec": "plugins-bad", "nicesrc": "nice",
    "rtpbin": "plugins-good", "rtph264depay": "plugins-good", "h264parse": "plugins-bad", "avdec_h264": "libav",
}
CAPS = (
    "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,"
    "packetization-mode=(string)1,profile-level-id=(string)42e01f"
)
# Not a measurement: only how long a broken player may keep a test from failing.
GIVE_UP_S = 60


def check_parts():
    Gst.init(None)
    missing = sorted({f"gstreamer1.0-{package}" for part, package in PARTS.items() if Gst.ElementFactory.find(part) is None})
    if missing:
        print(f"GStreamer lacks {', '.join(missing)}")
        sys.exit(77)


def request(method, url, body=None):
    headers = {"Content-Type": "application/sdp"} if body else {}
    made = urllib.request.Request(url, data=body.encode() if body else None, headers=headers, method=method)
    with urllib.request.urlopen(made, timeout=10) as answer:
        return answer.status, answer.headers, answer.read().decode()


class Player:
    def __init__(self, url, wanted):
        self.url, self.wanted, self.location, self.failure = url, wanted, None, None
        self.units, self.pictures = 0, 0
        self.size, self.codec, self.contrast = None, None, None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new("player")
        self.rtc = Gst.ElementFactory.make("webrtcbin", "rtc")
        self.rtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.rtc.set_property("latency", 50)
        self.pipeline.add(self.rtc)
        direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        transceiver = self.rtc.emit("add-transceiver", direction, Gst.Caps.from_string(CAPS))
        transceiver.set_property("do-nack", True)
        self.rtc.connect("pad-added", self.on_pad)
        self.rtc.connect("on-negotiation-needed", lambda _: self.offer())
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _, message: self.fail(message.parse_error()[0].message))

    def fail(self, why):
        self.failure = self.failure or why
        GLib.idle_add(self.loop.quit)

    def offer(self):
        self.rtc.emit("create-offer", None, Gst.Promise.new_with_change_func(self.on_offer))

    def on_offer(self, promise):
        reply = promise.get_reply()  # what it holds lives no longer than it does
        offer = reply.get_value("offer")
        self.rtc.emit("set-local-description", offer, Gst.Promise.new())
        # A promise's thread is GStreamer's own and must not be kept.
        threading.Thread(target=self.ask, args=(offer.sdp.as_text(),), daemon=True).start()

    def ask(self, offer):
        try:
            status, headers, sdp = request("POST", self.url, offer)
            if status != 201:
                raise RuntimeError(f"POST was answered {status}")
            self.location = urllib.parse.urljoin(self.url, headers["Location"])
            _, message = GstSdp.SDPMessage.new_from_text(sdp)
            answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
            self.rtc.emit("set-remote-description", answer, Gst.Promise.new())
        except Exception as error:  # whatever it was: told, and the end
            self.fail(f"{type(error).__name__}: {error}")

    def on_pad(self, _, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        self.codec = pad.get_current_caps().get_structure(0).get_string("encoding-name")
        decode = Gst.parse_bin_from_description(
            "queue ! rtph264depay ! h264parse name=parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! fakesink name=sink sync=false",
            True,
        )
        decode.get_by_name("parse").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, self.on_unit)
        decode.get_by_name("sink").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, self.on_picture)
        self.pipeline.add(decode)
        decode.sync_state_with_parent()
        pad.link(decode.get_static_pad("sink"))

    def on_unit(self, *_):
        self.units += 1
        return Gst.PadProbeReturn.OK

    def on_picture(self, pad, info):
        self.pictures += 1
        if self.pictures == self.wanted:
            structure = pad.get_current_caps().get_structure(0)
            self.size = [structure.get_int("width").value, structure.get_int("height").value]
            grey = info.get_buffer()
            pixels = grey.extract_dup(0, grey.get_size())
            self.contrast = max(pixels) - min(pixels)
            GLib.idle_add(self.loop.quit)
        return Gst.PadProbeReturn.OK

    def play(self):
        GLib.timeout_add_seconds(GIVE_UP_S, lambda: self.fail(f"only {self.pictures} pictures in {GIVE_UP_S} s"))
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        left = request("DELETE", self.location)[0] if self.location else None
        self.pipeline.set_state(Gst.State.NULL)
        seen = {"player": Gst.version_string(), "codec": self.codec, "size": self.size, "access_units": self.units}
        print(json.dumps({**seen, "pictures": self.pictures, "contrast": self.contrast, "left": left, "failure": self.failure}))
        return 0 if self.failure is None else 1


if __name__ == "__main__":
    check_parts()
    if sys.argv[1] == "--probe":
        print(Gst.version_string())
        sys.exit(0)
    sys.exit(Player(sys.argv[1], int(sys.argv[2])).play())
