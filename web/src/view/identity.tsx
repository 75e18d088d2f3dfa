// SPDX-License-Identifier: Apache-2.0
//
// Top left: which robot, what it may do and why, who drives.

import type { State } from "../store/state.ts";
import { reasonWords } from "../safety_words.ts";
import { clientDoes } from "../words.ts";
import { useServer } from "./app_context.ts";
import { Icon, type IconName } from "./icons.tsx";

const kModeIcons = { ARMED: "armed", HOLD: "hold", ESTOP: "stop" } as const;

function robotTitle({ robots }: Readonly<State>): string {
  const robot = robots?.robots.find((r) => r.name === robots.current);
  return robot?.title ?? robots?.current ?? "SDR_OS";
}

function whoDrives(state: Readonly<State>): string {
  if (state.lease === null) return "";
  const drives = clientDoes(state, state.lease.holder, "drive");
  return state.link.role === "viewer" ? `${drives}, you watch` : drives;
}

export function Identity() {
  const title = useServer(robotTitle);
  const who = useServer(whoDrives);
  return (
    <header class="plate identity" data-testid="identity">
      <h1 data-testid="robot-name">{title}</h1>
      <ModeBadge />
      {who !== "" && (
        <p class="who" data-testid="driver">
          {who}
        </p>
      )}
    </header>
  );
}

function ModeBadge() {
  const safety = useServer((state) => state.safety);
  const mode = safety?.mode;
  const calm = safety?.reason === "idle" || safety?.reason === "estop_cleared";
  const tone = mode === undefined ? "unknown" : mode === "HOLD" && calm ? "calm" : mode.toLowerCase();
  const icon: IconName = mode ? kModeIcons[mode] : "help";
  const reason = safety ? reasonWords(safety.reason).badge : "state not known";
  return (
    <p class={`badge badge-${tone}`} role="status" data-testid="mode" data-mode={mode ?? "UNKNOWN"}>
      <span class="badge-mode">
        <Icon name={icon} size={16} />
        {mode ?? "UNKNOWN"}
      </span>
      <span class="badge-reason" data-testid="reason">
        {reason}
      </span>
    </p>
  );
}
