// SPDX-License-Identifier: Apache-2.0

import { useApp, useServer } from "./app_context.ts";
import { Choices, LockNote, useLock } from "./controls.tsx";

const kTurn = Math.PI / 12;
const kTilt = Math.PI / 24;
const kNearer = 1.25;

export function CameraPanel() {
  const { actions } = useApp();
  const lock = useLock();
  const robots = useServer((state) => state.robots);
  const cameras = robots?.robots.find((robot) => robot.name === robots.current)?.cameras ?? [];
  const turns: readonly [string, string, number, number, number][] = [
    ["Left", "←", kTurn, 0, 1],
    ["Right", "→", -kTurn, 0, 1],
    ["Up", "↑", 0, kTilt, 1],
    ["Down", "↓", 0, -kTilt, 1],
    ["Nearer", "+", 0, 0, kNearer],
    ["Farther", "−", 0, 0, 1 / kNearer],
  ];
  return (
    <>
      <LockNote reason={lock} />
      <Choices
        label="Camera"
        choices={cameras.map((name) => ({ value: name, label: titled(name) }))}
        current={robots?.camera ?? null}
        disabled={lock !== null}
        onChoose={(name) => actions.camera(name)}
      />
      <div class="field">
        <span class="field-label">Turn the camera</span>
        <div class="choices">
          {turns.map(([name, sign, yaw, pitch, zoom]) => (
            <button
              key={name}
              type="button"
              class="choice"
              aria-label={name}
              title={name}
              disabled={lock !== null}
              onClick={() => actions.orbit(yaw, pitch, zoom)}
            >
              {sign}
            </button>
          ))}
        </div>
      </div>
      <p class="note">
        Drag the picture to turn the orbiting camera, with two fingers on a touch screen; the wheel brings it nearer. <kbd>C</kbd> or{" "}
        <kbd>Y</kbd> takes the next camera.
      </p>
    </>
  );
}

function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[_-]/g, " ");
}
