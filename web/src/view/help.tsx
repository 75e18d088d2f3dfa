// SPDX-License-Identifier: Apache-2.0

import { useApp, useUi } from "./app_context.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icons.tsx";

type Row = readonly [what: string, keys: readonly string[], pad: string, touch: string];

const kRows: readonly Row[] = [
  ["Forward, back", ["W", "S"], "Left stick", "Left pad"],
  ["Sideways (turns what cannot)", ["A", "D"], "Left stick", "Left pad"],
  ["Turn", ["Q", "E"], "Right stick", "Right pad"],
  ["Up, down (arm)", ["↑", "↓"], "D-pad", "Right pad"],
  ["Full speed instead of half", ["Shift"], "Right trigger", "Robot panel"],
  ["E-STOP", ["Space", "Esc"], "B", "Red button"],
  ["Re-arm, hold 1 s", ["Enter"], "Menu", "Hold the button"],
  ["Pause", ["P"], "View", "Robot panel"],
  ["Reset, asks first", ["⌫"], "View, hold 1 s", "Robot panel"],
  ["Next camera", ["C"], "Y", "Camera panel"],
  ["Orbit", ["Drag"], "Right stick, up and down", "Two fingers"],
  ["Gripper", ["Z", "X"], "Bumpers", "Robot panel"],
  ["WebRTC or WebSocket", ["V"], "–", "Stream panel"],
  ["Full screen", ["F"], "–", "–"],
  ["This help", ["H"], "–", "Help button"],
];

export function Help() {
  const { ui } = useApp();
  const open = useUi((state) => state.help);
  const close = () => ui.set({ help: false });
  if (!open) return null;
  return (
    <Dialog label="Controls" look="help" onClose={close}>
      <header>
        <h2>Controls</h2>
        <button type="button" class="quiet-button" aria-label="Close help" data-autofocus onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Action</span>
            </th>
            <th scope="col">Keyboard</th>
            <th scope="col">Gamepad</th>
            <th scope="col">Touch</th>
          </tr>
        </thead>
        <tbody>
          {kRows.map(([what, keys, pad, touch]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </td>
              <td>{pad}</td>
              <td>{touch}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">
        Space and Esc always stop the robot, wherever you are on the page; <kbd>Tab</kbd> and <kbd>Enter</kbd> work the buttons. The robot moves
        only while this page is in front and the picture is live; when either ends it is sent a zero and holds still.
      </p>
    </Dialog>
  );
}
