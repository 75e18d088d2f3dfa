// SPDX-License-Identifier: Apache-2.0
//
// Bottom left: how the robot moves, seen from above, nose up. A hollow mark is what was commanded, a solid line what is
// measured; the arc outside is the turn. Full scale is the robot's own limit.

import type { Twist } from "../generated/schema.ts";
import type { State } from "../store/state.ts";
import { fixed } from "../words.ts";
import { useServer } from "./app_context.ts";

const kRadius = 42;
const kArcRadius = 54;
const kArcSpan = (Math.PI * 5) / 6;

export function currentLimits({ robots }: Readonly<State>): Twist | null {
  return robots?.robots.find((robot) => robot.name === robots.current)?.twist_limits ?? null;
}

function share(value: number, limit: number): number {
  return limit > 0 ? Math.max(-1, Math.min(1, value / limit)) : 0;
}

/** Where a velocity's tip stands on the disc: forward is up, left is left. */
function tip({ linear }: Twist, limits: Twist): { x: number; y: number } {
  const x = -share(linear.y, Math.max(limits.linear.y, limits.linear.x)) * kRadius;
  const y = -share(linear.x, limits.linear.x) * kRadius;
  const beyond = Math.max(1, Math.hypot(x, y) / kRadius);
  return { x: x / beyond, y: y / beyond };
}

/** An arc from straight ahead to the turn's share; left turns go left. */
function arc({ angular }: Twist, limits: Twist): string {
  const turn = -share(angular.z, limits.angular.z) * kArcSpan;
  if (Math.abs(turn) < 0.01) return "";
  const x = kArcRadius * Math.sin(turn);
  const y = -kArcRadius * Math.cos(turn);
  const large = Math.abs(turn) > Math.PI ? 1 : 0;
  return `M0 ${-kArcRadius}A${kArcRadius} ${kArcRadius} 0 ${large} ${turn > 0 ? 1 : 0} ${x.toFixed(1)} ${y.toFixed(1)}`;
}

export function Dial() {
  const limits = useServer(currentLimits);
  const velocity = useServer((state) => state.velocity);
  const measured = useServer((state) => state.odometry?.twist.twist ?? null) ?? velocity?.measured ?? null;
  const commanded = velocity?.commanded ?? null;
  const speed = measured && Math.hypot(measured.linear.x, measured.linear.y, measured.linear.z);
  return (
    <section class="dial" data-testid="dial" aria-label="Velocity">
      <DialFace limits={limits} commanded={commanded} measured={measured} />
      <dl>
        <div>
          <dd data-testid="speed">{fixed(speed, 2)}</dd>
          <dt>m/s</dt>
        </div>
        <div>
          <dd data-testid="turn">{fixed(measured?.angular.z, 2)}</dd>
          <dt>rad/s</dt>
        </div>
      </dl>
    </section>
  );
}

interface FaceProps {
  limits: Twist | null;
  commanded: Twist | null;
  measured: Twist | null;
}

export function DialFace({ limits, commanded, measured }: FaceProps) {
  const wish = limits && commanded && tip(commanded, limits);
  const real = limits && measured && tip(measured, limits);
  return (
    <svg class="dial-face" viewBox="-64 -64 128 128" aria-hidden="true">
      <circle class="dial-disc" r="62" />
      <circle class="dial-ring" r={kArcRadius} />
      <circle class="dial-ring faint" r={kRadius / 2} />
      <path class="dial-cross" d={`M0 ${-kRadius}V${kRadius}M${-kRadius} 0H${kRadius}`} />
      <path class="dial-nose" d="M0 -61l4 6h-8Z" />
      {limits && commanded && <path class="arc-wish" d={arc(commanded, limits)} />}
      {limits && measured && <path class="arc-real" d={arc(measured, limits)} />}
      {real && <path class="dial-real" d={`M0 0L${real.x.toFixed(1)} ${real.y.toFixed(1)}`} />}
      <circle class="dial-hub" r="3.5" />
      {wish && <circle class="dial-wish" cx={wish.x.toFixed(1)} cy={wish.y.toFixed(1)} r="6" />}
    </svg>
  );
}
