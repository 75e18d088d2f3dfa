// SPDX-License-Identifier: Apache-2.0
//
// The page's half of WebRTC against another Chromium peer in place of the server's: video from a canvas, both data
// channels, signalling cut out of the WebSocket (0x03) by a prefix of the page's worker. Everything else is real.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, openPage, holdUntilMoving, sdr, untilLive } from "./page.mjs";
import { kRover, missing, Stack } from "./stack.mjs";
import { until } from "./until.mjs";

const skip = missing();

/** Signals go to a BroadcastChannel instead of the server, and come from there. */
const kDivertSignals = `{
  const signals = new BroadcastChannel("signals");
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (bytes) {
    if (bytes[0] !== 3) return send.call(this, bytes);
    signals.onmessage = ({ data }) => {
      const json = new TextEncoder().encode(JSON.stringify(data));
      const message = new Uint8Array(json.length + 1);
      message[0] = 3;
      message.set(json, 1);
      this.dispatchEvent(new MessageEvent("message", { data: message.buffer }));
    };
    signals.postMessage({ from_page: JSON.parse(new TextDecoder().decode(bytes.subarray(1))) });
  };
}
`;

let stack;
let browser;
let page;
let peer;

before(async () => {
  if (skip) return;
  stack = await Stack.start(kRover, { worker_prefix: kDivertSignals });
  browser = await openBrowser(["--disable-features=WebRtcHideLocalIpsWithMdns"]);
  const context = await browser.newContext();
  peer = await context.newPage();
  await peer.goto(`${stack.url}icon.svg`); // the same origin, without the page
  await peer.evaluate(answerOffers);
  page = await openPage(browser, stack.url, {}, context);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Runs in the peer's page: answers every offer with moving pictures and the robot's clock. */
function answerOffers() {
  const canvas = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
  Object.assign(canvas, { width: 320, height: 180 });
  const context = canvas.getContext("2d");
  let n = 0;
  setInterval(() => {
    context.fillStyle = `hsl(${(n += 5)} 80% 50%)`;
    context.fillRect(0, 0, 320, 180);
  }, 33);
  window.heard = { twists: [], labels: [] };
  window.sessions = 0;
  const signals = new BroadcastChannel("signals");
  signals.onmessage = async ({ data: { from_page: signal } }) => {
    if (signal.type === "ice") return window.connection.addIceCandidate({ candidate: signal.candidate, sdpMid: signal.sdpMid });
    if (signal.type !== "offer") return;
    if (window.refuses) return signals.postMessage({ type: "error", detail: "unsupported: this server speaks WebSocket only" });
    const session_id = `s${++window.sessions}`;
    const connection = (window.connection = new RTCPeerConnection());
    connection.ondatachannel = ({ channel }) => {
      window.heard.labels.push(`${channel.label} ${channel.ordered} ${channel.maxRetransmits}`);
      if (channel.label !== "control") return;
      channel.binaryType = "arraybuffer";
      let robot_us = 1;
      setInterval(() => {
        const clock = new DataView(new ArrayBuffer(9));
        clock.setUint8(0, 0x82);
        clock.setBigUint64(1, BigInt((robot_us += 50_000)), true);
        if (channel.readyState === "open") channel.send(clock.buffer);
      }, 50);
      channel.onmessage = ({ data }) => window.heard.twists.push([...new Uint8Array(data)]);
    };
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) signals.postMessage({ type: "ice", session_id, candidate: candidate.candidate, sdpMid: candidate.sdpMid });
    };
    await connection.setRemoteDescription({ type: "offer", sdp: signal.sdp });
    const [transceiver] = connection.getTransceivers();
    transceiver.direction = "sendonly";
    await transceiver.sender.replaceTrack(canvas.captureStream(30).getVideoTracks()[0]);
    await connection.setLocalDescription();
    signals.postMessage({ type: "answer", session_id, sdp: connection.localDescription.sdp });
  };
}

const rtc = async () => (await sdr(page, "state"))?.rtc;
const pathIs = (path) => until(`the path is ${path}`, async () => (await sdr(page, "path")) === path);

test("WebRtc.ComesUpBesideTheWebSocket", { skip }, async () => {
  await untilLive(page);
  await until("both paths are there", async () => (await rtc()).both);
  await until("control goes over the data channel", async () => (await rtc()).control);
  const labels = (await peer.evaluate(() => window.heard.labels)).sort();
  assert.deepEqual(labels, ["commands true null", "control false 0"]);
});

test("WebRtc.IsSwitchedToAndBackByOneKeyWithoutAReload", { skip }, async () => {
  if ((await sdr(page, "path")) !== "WebRTC") await page.keyboard.press("v");
  await pathIs("WebRTC");
  await until("its pictures are drawn", () => sdr(page, "fresh"));
  const drawn = await sdr(page, "frames_drawn");
  await until("more are drawn", async () => (await sdr(page, "frames_drawn")) > drawn + 10);
  assert.ok(await page.getByTestId("video").isVisible());
  await page.keyboard.press("v");
  await pathIs("WebSocket");
  await untilLive(page);
  assert.ok(!(await page.getByTestId("video").isVisible()));
  await page.keyboard.press("v");
  await pathIs("WebRTC");
});

test("WebRtc.CarriesTwistsInTheirBinaryForm", { skip }, async () => {
  await page.keyboard.down("w");
  const moving = await until("a twist that moves came", () => peer.evaluate(() => window.heard.twists.find((bytes) => bytes[0] === 1 && bytes.slice(15, 19).some((byte) => byte !== 0))));
  await page.keyboard.up("w");
  const view = new DataView(Uint8Array.from(moving).buffer);
  assert.equal(moving.length, 39);
  assert.equal(view.getUint16(5, true), 300);
  assert.ok(view.getBigUint64(7, true) > 0n, "no echo of the robot's clock");
  assert.ok(view.getFloat32(15, true) > 0);
});

test("WebRtc.FallsBackAtOnceWhereItEnds", { skip }, async () => {
  await peer.evaluate(() => window.connection.close());
  await pathIs("WebSocket");
  await untilLive(page);
  await page.keyboard.up(await holdUntilMoving(page));
});

test("WebRtc.IsDoneWithoutSilentlyWhereTheServerHasNone", { skip }, async () => {
  await peer.evaluate(() => (window.refuses = true));
  await page.reload();
  await until("the page has found out", async () => (await rtc())?.why === "this server has no WebRTC");
  await untilLive(page);
  await pathIs("WebSocket");
  assert.equal((await page.getByTestId("toasts").textContent()).trim(), "");
  await page.keyboard.press("v");
  await until("it says so when asked", async () => /only WebSocket here/.test(await page.getByTestId("toasts").textContent()));
});

test("WebRtc.HadNothingToComplainOf", { skip }, () => assert.deepEqual(page.complaints, []));
