// SPDX-License-Identifier: Apache-2.0
//
// The keys of web.md. Space and Escape stop the robot wherever the focus is; the rest leave text fields and dialogs
// alone. Keys with Ctrl, Alt or Meta belong to the browser.

import type { Actions } from "./actions.ts";
import type { Keyboard } from "./keyboard.ts";
import type { RearmHold } from "./rearm_hold.ts";

const kDriveKeys = new Set(
  ["KeyW", "KeyA", "KeyS", "KeyD", "KeyQ", "KeyE", "ArrowUp", "ArrowDown", "ShiftLeft", "ShiftRight"],
);

export interface HotkeyTargets {
  keyboard: Keyboard;
  actions: Actions;
  rearm: RearmHold;
  stopped(): boolean;
  askReset(): void;
  togglePath(): void;
  toggleHelp(): void;
  toggleFullScreen(): void;
}

type Kind = "text" | "slider" | "control" | "none";

function focusKind(target: EventTarget | null): Kind {
  if (!(target instanceof HTMLElement)) return "none";
  if (target instanceof HTMLInputElement) return target.type === "range" ? "slider" : "text";
  return target.closest("button, a, select, [tabindex]") ? "control" : "none";
}

export function listenForKeys(targets: HotkeyTargets): void {
  const { keyboard, actions, rearm } = targets;
  const taps: Record<string, () => void> = {
    KeyP: () => actions.togglePause(),
    KeyC: () => actions.nextCamera(),
    KeyZ: () => actions.gripper(0),
    KeyX: () => actions.gripper(1),
    KeyV: () => targets.togglePath(),
    KeyH: () => targets.toggleHelp(),
    KeyF: () => targets.toggleFullScreen(),
    Backspace: () => targets.askReset(),
  };

  const onDown = (event: KeyboardEvent) => {
    const kind = focusKind(event.target);
    if (event.code === "Escape" || (event.code === "Space" && kind !== "text")) {
      if (event.code === "Space") event.preventDefault();
      if (!event.repeat) actions.estop();
      return;
    }
    if (kind === "text" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.code === "Enter" && kind === "none" && targets.stopped()) rearm.press();
    const arrow = event.code.startsWith("Arrow");
    if (kDriveKeys.has(event.code) && !(arrow && kind === "slider")) {
      // What repeats was pressed before: in another window, maybe, or before a break that made us forget it.
      if (!event.repeat) keyboard.press(event.code);
      if (arrow) event.preventDefault();
    } else if (!event.repeat) {
      taps[event.code]?.();
    }
  };

  const onUp = (event: KeyboardEvent) => {
    keyboard.release(event.code);
    if (event.code === "Enter") rearm.release();
    if (event.code === "Space" && focusKind(event.target) !== "text") event.preventDefault();
  };

  // A button that was clicked keeps no focus, so that Enter goes on meaning "re-arm"; one reached by Tab does.
  const onClick = (event: MouseEvent) => {
    const focus = document.activeElement;
    if (event.detail > 0 && focus instanceof HTMLButtonElement) focus.blur();
  };

  addEventListener("click", onClick);
  addEventListener("keydown", onDown, true);
  addEventListener("keyup", onUp, true);
}
