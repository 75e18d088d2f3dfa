// SPDX-License-Identifier: Apache-2.0
//
// What notes, inside the page and its worker, when a stick was read and when the acknowledgement of its twist came. Both
// scripts run before the page's own and change nothing of what it does. Times are milliseconds since the epoch, with the
// fraction that performance.now() has: one clock for page and worker.

/** Begins the worker: which stick each twist came from, by the number that it was sent under; and what the WebSocket brings. */
export const kWorkerStamps = `{
  const told = new BroadcastChannel("twist-stamps");
  const now = () => performance.timeOrigin + performance.now();
  const text = new TextDecoder();
  let stick_ms = 0; // of the request in work; what it sends leaves before the next one
  self.addEventListener("message", ({ data }) => { if (data.kind === "drive") stick_ms = data.stick_ms; });

  const post = self.postMessage.bind(self);
  self.postMessage = (report, ...rest) => {
    if (report.kind === "channel" && report.bytes[0] === 1) {
      const { buffer, byteOffset } = report.bytes;
      told.postMessage({ sent: new DataView(buffer, byteOffset).getUint32(1, true), stick_ms, by: "webrtc" });
    }
    return post(report, ...rest);
  };

  const Plain = self.WebSocket;
  self.WebSocket = class extends Plain {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => {
        const at_ms = now();
        const bytes = new Uint8Array(data);
        if (bytes[0] !== 2) return;
        const subject_bytes = new DataView(data).getUint16(1, true);
        if (text.decode(bytes.subarray(3, 3 + subject_bytes)) !== "telemetry.command.ack") return;
        const { action, cmd_seq, status } = JSON.parse(text.decode(bytes.subarray(3 + subject_bytes)));
        if (action === "cmd_vel") told.postMessage({ acknowledged: cmd_seq, at_ms, status, by: "websocket" });
      });
    }
    send(bytes) {
      const left_ms = now();
      super.send(bytes);
      if (bytes[0] !== 4) return;
      const { action, cmd_seq } = JSON.parse(text.decode(bytes.subarray(1)));
      if (action === "cmd_vel") told.postMessage({ sent: cmd_seq, stick_ms, left_ms, by: "websocket" });
    }
  };
}
`;

/** Runs in the page: stamps each reading of the sticks, hears the data channel, and collects all in window.twist_stamps. */
export function stampPage() {
  const now = () => performance.timeOrigin + performance.now();
  window.twist_stamps = [];
  new BroadcastChannel("twist-stamps").onmessage = ({ data }) => window.twist_stamps.push(data);

  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (request, ...rest) {
    if (request?.kind === "drive") request.stick_ms = now();
    return post.call(this, request, ...rest);
  };

  const create = window.RTCPeerConnection?.prototype.createDataChannel;
  if (create === undefined) return;
  RTCPeerConnection.prototype.createDataChannel = function (label, ...rest) {
    const channel = create.call(this, label, ...rest);
    channel.addEventListener("message", ({ data }) => {
      const at_ms = now();
      const view = new DataView(data);
      if (view.getUint8(0) !== 0x81) return;
      const status = ["ok", "refused", "unsupported", "error"][view.getUint8(5)];
      window.twist_stamps.push({ acknowledged: view.getUint32(1, true), at_ms, status, by: "webrtc" });
    });
    const send = channel.send.bind(channel);
    channel.send = (bytes) => {
      if (bytes[0] === 1) window.twist_stamps.push({ left: new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true), left_ms: now() });
      return send(bytes);
    };
    return channel;
  };
}
