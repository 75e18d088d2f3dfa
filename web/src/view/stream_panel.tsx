// SPDX-License-Identifier: Apache-2.0

import type { Codec } from "../generated/schema.ts";
import { offeredCodecs } from "../codecs.ts";
import type { Path } from "../rtc/path_choice.ts";
import { bitrate, fixed, pathName } from "../words.ts";
import { useApp, useServer } from "./app_context.ts";
import { Choices, Facts, LockNote, useLock, type Choice } from "./controls.tsx";

const kCodecNames: Record<Codec, string> = { h264: "H.264", hevc: "HEVC", jpeg: "JPEG" };
const kPaths: readonly Choice<Path>[] = [
  { value: "webrtc", label: "WebRTC" },
  { value: "websocket", label: "WebSocket" },
];
const kMbit = 1_000_000;
const kBitrates: readonly Choice<number>[] = [1, 2, 4, 8, 16].map((m) => ({ value: m * kMbit, label: `${m}` }));
const kHeights: readonly Choice<number>[] = [360, 540, 720, 1080].map((h) => ({ value: h, label: `${h}p` }));
const kRates: readonly Choice<number>[] = [15, 30, 60].map((f) => ({ value: f, label: `${f}` }));

export function StreamPanel() {
  const lock = useLock();
  return (
    <>
      <LockNote reason={lock} />
      <StreamChoices locked={lock !== null} />
      <StreamFacts />
    </>
  );
}

function StreamChoices({ locked }: { locked: boolean }) {
  const { actions } = useApp();
  const stats = useServer((state) => state.frame_stats);
  const decodable = useServer((state) => state.decodable);
  const codecs = offeredCodecs(decodable, stats?.codecs);
  return (
    <section>
      <Choices
        label="Codec"
        choices={codecs.map((codec) => ({ value: codec, label: kCodecNames[codec] }))}
        current={stats?.codec ?? null}
        disabled={locked}
        onChoose={(codec) => actions.settings({ codec })}
      />
      <Choices
        label="Resolution"
        choices={kHeights}
        current={stats?.height ?? null}
        now={stats ? `${stats.width}×${stats.height}` : ""}
        disabled={locked}
        onChoose={(height) => actions.settings({ width: Math.round((height * 16) / 9), height })}
      />
      <Choices
        label="Pictures per second"
        choices={kRates}
        current={stats?.fps_target ?? null}
        now={stats ? `${fixed(stats.fps, 0)} now` : ""}
        disabled={locked}
        onChoose={(fps) => actions.settings({ fps })}
      />
      <Choices
        label="Bitrate, Mbit/s"
        choices={kBitrates}
        current={stats?.bitrate_target_bps ?? null}
        now={stats ? `at most ${fixed(stats.bitrate_target_bps / kMbit, 1)}` : ""}
        disabled={locked}
        onChoose={(bitrate_bps) => actions.settings({ bitrate_bps })}
      />
    </section>
  );
}

function StreamFacts() {
  const { session } = useApp();
  const path = useServer(pathName);
  const rtc = useServer((state) => state.rtc);
  const video = useServer((state) => state.video);
  const stats = useServer((state) => state.frame_stats);
  const clients = useServer((state) => state.health?.clients ?? null);
  const us = (p50: number, p99: number) => `${fixed(p50 / 1000, 1)} / ${fixed(p99 / 1000, 1)} ms`;
  return (
    <section>
      <h3>Here</h3>
      {rtc.both && (
        <Choices label="Path" choices={kPaths} current={rtc.shown} onChoose={(path) => path !== rtc.shown && session.rtc.toggle()} />
      )}
      <Facts
        rows={[
          ["Path", path],
          ["WebRTC", rtc.both ? "there" : (rtc.why ?? "is tried")],
          ["Control goes over", rtc.control ? "the data channel" : "the WebSocket"],
          ["Picture", video.width > 0 ? `${video.codec} ${video.width}×${video.height}` : "–"],
          ["Received", bitrate(video.bitrate_bps).join(" ")],
          ["Drawn", fixed(video.drawn, 0)],
          ["Dropped", fixed(video.drops, 0)],
          ["Overtaken, failed", `${video.skips}, ${video.errors}`],
          ["Viewers", fixed(clients, 0)],
        ]}
      />
      {stats && (
        <>
          <h3>At the source</h3>
          <Facts
            rows={[
              ["Encoder", stats.encoder],
              ["Renderer", stats.renderer],
              ["Render, p50 / p99", us(stats.render_us_p50, stats.render_us_p99)],
              ["Encode, p50 / p99", us(stats.encode_us_p50, stats.encode_us_p99)],
              ["Publish, p50 / p99", us(stats.publish_us_p50, stats.publish_us_p99)],
            ]}
          />
        </>
      )}
    </section>
  );
}
