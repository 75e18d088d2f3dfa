// SPDX-License-Identifier: Apache-2.0
//
// What notes, inside the page and its worker, when a stick was read and when the acknowledgement of its twist came. Both
// scripts run before the page's own and change nothing of what it does; the worker keeps its notes until it is asked for
// them. Times are milliseconds since the epoch, with the fraction that performance.now() has: one clock for page and
// worker.

/** Begins the worker: which stick each twist came from, by the number that it was sent under; and what the WebSocket and the data channel bring. */
export const kWorkerStamps = `{
  const stamps = [];
  const asked = new BroadcastChannel("twist-stamps");
  asked.onmessage = ({ data }) => (data === "forget" ? void stamps.splice(0) : asked.postMessage(stamps));
  const now = () => performance.timeOrigin + performance.now();
  const text = new TextDecoder();
  let stick_ms = 0; // of the request in work; what it sends leaves before the next one
  self.addEventListener("message", ({ data }) => { if (data.kind === "drive") stick_ms = data.stick_ms; });

  const view_of = (bytes) => new DataView(bytes.buffer ?? bytes, bytes.byteOffset ?? 0);
  self.addEventListener("message", ({ data }) => {
    if (data.kind !== "control_channel") return;
    const { channel } = data;
    channel.addEventListener("message", (event) => {
      const at_ms = now();
      const view = view_of(event.data);
      if (view.getUint8(0) !== 0x81) return;
      const status = ["ok", "refused", "unsupported", "error"][view.getUint8(5)];
      stamps.push({ acknowledged: view.getUint32(1, true), at_ms, status, by: "webrtc" });
    });
    const send = channel.send.bind(channel);
    channel.send = (bytes) => {
      const left_ms = now();
      send(bytes);
      if (bytes[0] === 1) stamps.push({ sent: view_of(bytes).getUint32(1, true), stick_ms, left_ms, by: "webrtc" });
    };
  });

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
        if (action === "cmd_vel") stamps.push({ acknowledged: cmd_seq, at_ms, status, by: "websocket" });
      });
    }
    send(bytes) {
      const left_ms = now();
      super.send(bytes);
      if (bytes[0] !== 4) return;
      const { action, cmd_seq } = JSON.parse(text.decode(bytes.subarray(1)));
      if (action === "cmd_vel") stamps.push({ sent: cmd_seq, stick_ms, left_ms, by: "websocket" });
    }
  };
}
`;

/** Runs in the page: stamps each reading of the sticks, and asks the worker for what it noted. */
export function stampPage() {
  const now = () => performance.timeOrigin + performance.now();
  const worker = new BroadcastChannel("twist-stamps");
  window.forget_twist_stamps = () => worker.postMessage("forget");
  window.twist_stamps = () => new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage("tell");
  });

  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (request, ...rest) {
    if (request?.kind === "drive") request.stick_ms = now();
    return post.call(this, request, ...rest);
  };
}
