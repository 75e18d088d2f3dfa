// SPDX-License-Identifier: Apache-2.0
//
// Top right: the stream in one line. Every figure has a place as wide as its widest value and opens its graph.

import type { State } from "../store/state.ts";
import { bitrate, count, fixed, pathName } from "../words.ts";
import { useApp, useServer, useUi, type Metric } from "./app_context.ts";
import { kMetricNames, MetricGraph } from "./metric_graph.tsx";

interface Figure {
  metric: Metric;
  read(video: State["video"]): [value: string, unit: string];
  /** Width of the value, in figures. */
  width: number;
}

const kFigures: readonly Figure[] = [
  { metric: "fps", read: (v) => [fixed(v.fps, 0), "fps"], width: 2 },
  { metric: "age", read: (v) => age(v.age_ms), width: 3 },
  { metric: "rtt", read: (v) => [fixed(v.rtt_ms, (v.rtt_ms ?? 0) < 10 ? 1 : 0), "ms trip"], width: 3 },
  { metric: "bitrate", read: (v) => bitrate(v.bitrate_bps), width: 4 },
  { metric: "drops", read: (v) => [count(v.drops), v.drops === 1 ? "drop" : "drops"], width: 3 },
];

function age(age_ms: number | null): [string, string] {
  return age_ms !== null && age_ms >= 1000 ? [fixed(age_ms / 1000, age_ms < 1e4 ? 1 : 0), "s old"] : [fixed(age_ms, 0), "ms old"];
}

export function StatusLine() {
  const graph = useUi((ui) => ui.graph);
  return (
    <section class="status" aria-label="Stream">
      <div class="plate status-line" data-testid="status-line">
        {kFigures.map((figure) => (
          <FigureButton key={figure.metric} figure={figure} />
        ))}
        <PathFigure />
      </div>
      {graph !== null && <MetricGraph metric={graph} />}
    </section>
  );
}

function FigureButton({ figure }: { figure: Figure }) {
  const { ui } = useApp();
  const { metric, read, width } = figure;
  const [value, unit] = useServer((state) => read(state.video).join("\t")).split("\t") as [string, string];
  const open = useUi((state) => state.graph === metric);
  return (
    <button
      type="button"
      class={`figure figure-${metric}`}
      aria-expanded={open}
      aria-label={`${kMetricNames[metric]}: ${value} ${unit}`}
      title={kMetricNames[metric]}
      data-testid={`stat-${metric}`}
      onClick={() => ui.set({ graph: open ? null : metric })}
    >
      <span class="value" style={{ minWidth: `${width}ch` }}>
        {value}
      </span>
      <span class="unit">{unit}</span>
    </button>
  );
}

function PathFigure() {
  const path = useServer(pathName);
  const fresh = useServer((state) => state.video.fresh);
  return (
    <span class="figure figure-path" data-testid="stat-path" title="How the picture comes">
      <span class={fresh ? "live-dot live" : "live-dot"} aria-hidden="true" />
      {path}
    </span>
  );
}
