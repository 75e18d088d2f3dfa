// SPDX-License-Identifier: Apache-2.0
//
// Bottom right, always: the button that stops the robot on the way down, not on the way up. In ESTOP the same place
// holds the way out, which takes a second, so that nobody re-arms by the tap that was meant to stop.

import { useEffect } from "preact/hooks";
import { someoneElseDrives } from "../drive/drive_gate.ts";
import { useApp, useServer, useUi } from "./app_context.ts";

const kRing = 2 * Math.PI * 46;

export function EstopButton() {
  const { actions } = useApp();
  const stopped = useServer((state) => state.safety?.mode === "ESTOP");
  const other = useServer((state) => someoneElseDrives(state) || state.link.role === "viewer");
  if (stopped) return <RearmButton disabled={other} />;
  return (
    <button
      type="button"
      class="estop"
      data-testid="estop"
      aria-label="Emergency stop"
      aria-keyshortcuts="Space Escape"
      onPointerDown={() => actions.estop()}
      onClick={(event) => event.detail === 0 && actions.estop()}
    >
      <span class="estop-cap">
        <strong>E-STOP</strong>
        <kbd>Space</kbd>
      </span>
    </button>
  );
}

function RearmButton({ disabled }: { disabled: boolean }) {
  const { rearm } = useApp();
  const progress = useUi((state) => state.rearm);
  useEffect(() => () => rearm.release(), [rearm]);
  return (
    <button
      type="button"
      class="estop rearm"
      data-testid="rearm"
      aria-label="Hold for one second to re-arm"
      aria-keyshortcuts="Enter"
      disabled={disabled}
      onPointerDown={() => rearm.press()}
      onPointerUp={() => rearm.release()}
      onPointerLeave={() => rearm.release()}
      onPointerCancel={() => rearm.release()}
      onContextMenu={(event) => event.preventDefault()}
    >
      <svg viewBox="-50 -50 100 100" aria-hidden="true">
        <circle class="rearm-track" r="46" />
        <circle class="rearm-progress" r="46" stroke-dasharray={kRing} stroke-dashoffset={kRing * (1 - progress)} />
      </svg>
      <span class="estop-cap">
        <strong>Hold to re-arm</strong>
        <kbd>Enter</kbd>
      </span>
    </button>
  );
}
