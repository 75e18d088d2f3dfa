// SPDX-License-Identifier: Apache-2.0
//
// A live graph: one trace, its last seconds, drawn ten times a second while it is on the screen and had news.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Trace } from "../store/history.ts";
import { fixed } from "../words.ts";

const kDrawMs = 100;
const kSeconds = 20;
/** The accent first, then hues of like lightness that colour-blind people can tell apart. */
export const kSeriesColours = ["#5eead4", "#f0b866", "#9db4ff", "#f28ca8", "#b8e07a", "#d6a5f5"];
const kGrid = "rgba(255,255,255,0.07)";
const kText = "#9fadba";

export interface PlotProps {
  trace: Trace;
  title: string;
  unit: string;
  height?: number;
  digits?: number;
  /** Which of the trace's series; all where absent. */
  only?: readonly number[];
  /** A value that the scale always shows and does not go below without need. */
  floor?: number;
}

export function Plot({ trace, title, unit, height = 120, digits = 2, only, floor }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLDListElement>(null);
  const series = only ?? trace.labels.map((_, i) => i);
  const shape = series.map((i) => trace.labels[i]).join();
  useEffect(() => {
    const plot = makePlot(host.current!, series.map((i) => trace.labels[i] ?? ""), height, floor);
    let shown = -1;
    const draw = () => {
      if (trace.version === shown) return;
      shown = trace.version;
      const now_s = performance.now() / 1000;
      const [times, ...columns] = trace.window(now_s, kSeconds);
      const picked = series.map((i) => columns[i] ?? []);
      plot.setData([times.map((t) => t - now_s), ...picked]);
      writeLegend(legend.current, picked, digits);
    };
    draw();
    const timer = setInterval(draw, kDrawMs);
    const observer = new ResizeObserver(() => plot.setSize({ width: host.current!.clientWidth, height }));
    observer.observe(host.current!);
    return () => {
      clearInterval(timer);
      observer.disconnect();
      plot.destroy();
    };
  }, [trace, shape, height]);
  return (
    <figure class="plot">
      <figcaption>
        {title} <span class="unit">{unit}</span>
      </figcaption>
      <div ref={host} class="plot-canvas" />
      <dl ref={legend} class="legend">
        {series.map((i, n) => (
          <div key={i}>
            <dt>
              <i style={{ background: colourOf(n) }} />
              {trace.labels[i]}
            </dt>
            <dd>–</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}

function colourOf(n: number): string {
  return kSeriesColours[n % kSeriesColours.length]!;
}

function makePlot(host: HTMLElement, labels: readonly string[], height: number, floor: number | undefined): uPlot {
  const font = "11px Inter, system-ui, sans-serif";
  const axis = { stroke: kText, font, grid: { stroke: kGrid, width: 1 }, ticks: { show: false } };
  const seconds = (_: uPlot, splits: number[]) => splits.map((s) => (s === 0 ? "now" : `${s} s`));
  return new uPlot(
    {
      width: host.clientWidth,
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 16, 0, 0],
      scales: { x: { time: false, range: [-kSeconds, 0] }, y: { range: (_u, low, high) => yRange(low, high, floor) } },
      axes: [
        { ...axis, size: 22, gap: 4, splits: () => [-20, -15, -10, -5, 0].slice(1), values: seconds },
        { ...axis, size: 44, gap: 6, space: 28 },
      ],
      series: [{}, ...labels.map((label, n) => ({ label, stroke: colourOf(n), width: 1.5, points: { show: false } }))],
    },
    [[], ...labels.map(() => [])],
    host,
  );
}

/** A scale that does not shrink onto noise: at least 0.1 high, a little air, `floor` always inside. */
function yRange(low: number | null, high: number | null, floor: number | undefined): [number, number] {
  let bottom = Math.min(low ?? 0, floor ?? low ?? 0);
  let top = Math.max(high ?? 1, (floor ?? 0) + 0.1);
  if (top - bottom < 0.1) [bottom, top] = [bottom - 0.05, top + 0.05];
  const air = (top - bottom) * 0.08;
  return [floor !== undefined && bottom >= floor ? floor : bottom - air, top + air];
}

function writeLegend(legend: HTMLElement | null, columns: readonly (number | null)[][], digits: number): void {
  legend?.querySelectorAll("dd").forEach((cell, n) => {
    cell.textContent = fixed(columns[n]?.at(-1), digits);
  });
}
