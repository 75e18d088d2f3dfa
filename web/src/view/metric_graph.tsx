// SPDX-License-Identifier: Apache-2.0

import { useApp, type Metric } from "./app_context.ts";
import { Icon } from "./icons.tsx";
import { Plot } from "./plot.tsx";

export const kMetricNames: Record<Metric, string> = {
  fps: "Pictures drawn per second",
  age: "Age of the picture when drawn",
  rtt: "Round trip to the server",
  bitrate: "Video bitrate",
  drops: "Pictures lost since the start",
};

const kUnits: Record<Metric, string> = { fps: "1/s", age: "ms", rtt: "ms", bitrate: "Mbit/s", drops: "" };
const kColumns: Record<Metric, number> = { fps: 0, age: 1, rtt: 2, bitrate: 3, drops: 4 };
const kDigits: Record<Metric, number> = { fps: 0, age: 1, rtt: 1, bitrate: 2, drops: 0 };

/** The graph that a figure of the status line opens, right below it. */
export function MetricGraph({ metric }: { metric: Metric }) {
  const { session, ui } = useApp();
  return (
    <div class="plate metric-graph" data-testid="metric-graph">
      <button type="button" class="quiet-button close" aria-label="Close graph" onClick={() => ui.set({ graph: null })}>
        <Icon name="close" size={16} />
      </button>
      <Plot
        key={metric}
        trace={session.traces.stream}
        title={kMetricNames[metric]}
        unit={kUnits[metric]}
        only={[kColumns[metric]]}
        digits={kDigits[metric]}
        floor={0}
      />
    </div>
  );
}
