// SPDX-License-Identifier: Apache-2.0
//
// What is wrong and what to do, as trouble.ts words it.

import { troubleOf } from "../trouble.ts";
import type { Trouble, TroubleAction } from "../trouble_rule.ts";
import { useStore } from "../store/use_store.ts";
import { useApp, useUi, type App } from "./app_context.ts";
import { Icon, type IconName } from "./icons.tsx";
import { SignIn } from "./sign_in.tsx";

const kIcons: Record<string, IconName> = {
  denied: "lock",
  estop: "stop",
  watching: "eye",
  asked: "wheel",
  gamepad_lost: "gamepad",
  held_over: "wheel",
  paused: "pause",
  focus: "cursor",
};

const kActionWords: Record<TroubleAction, string> = {
  retry: "Try now",
  sign_in: "Sign in",
  use_jpeg: "Use JPEG pictures",
  use_h264: "Use H.264",
  use_hevc: "Use HEVC",
  release_pause: "Resume",
  ask_control: "Ask for control",
  cancel_ask: "Stop asking",
  take_control: "Take by force",
  hand_over: "Hand over",
  not_now: "Not now",
};

const kQuiet: readonly TroubleAction[] = ["cancel_ask", "take_control", "not_now"];

export function TroubleCard() {
  const { session } = useApp();
  const wants_control = useUi((ui) => ui.wants_control);
  const put_off = useUi((ui) => ui.put_off);
  const around = { wants_control, put_off, secure: isSecureContext };
  const text = useStore(session.store, (state) => JSON.stringify(troubleOf(state, around)));
  const trouble = JSON.parse(text) as Trouble | null;
  return (
    <div class={`trouble-place ${trouble?.place ?? "none"}`} aria-live="polite">
      {trouble && (trouble.actions.includes("sign_in") ? <SignIn trouble={trouble} /> : <Card trouble={trouble} />)}
    </div>
  );
}

function Card({ trouble }: { trouble: Trouble }) {
  const { id, tone, title, text, actions } = trouble;
  return (
    <section class={`plate trouble ${tone}`} data-testid="trouble" data-trouble={id}>
      {tone === "busy" ? <span class="busy-mark" aria-hidden="true" /> : <Icon name={kIcons[id] ?? "warning"} size={22} />}
      <div>
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
      {actions.length > 0 && (
        <div class="trouble-actions">
          {actions.map((action) => (
            <ActionButton key={action} action={action} trouble={trouble} />
          ))}
        </div>
      )}
    </section>
  );
}

function ActionButton({ action, trouble }: { action: TroubleAction; trouble: Trouble }) {
  const app = useApp();
  const look = kQuiet.includes(action) ? "button quiet" : "button";
  return (
    <button type="button" class={look} data-testid={`do-${action}`} onClick={() => act(app, action, trouble.client ?? "")}>
      {kActionWords[action]}
    </button>
  );
}

function act({ session, actions, ui }: App, action: TroubleAction, client: string): void {
  const run: Partial<Record<TroubleAction, () => void>> = {
    retry: () => session.retry(),
    use_jpeg: () => actions.settings({ codec: "jpeg" }),
    use_h264: () => actions.settings({ codec: "h264" }),
    use_hevc: () => actions.settings({ codec: "hevc" }),
    release_pause: () => actions.togglePause(),
    ask_control: () => void actions.lease.ask(),
    cancel_ask: () => actions.lease.cancelAsking(),
    take_control: () => ui.set({ confirm: "take" }),
    hand_over: () => void actions.lease.hand(client),
    not_now: () => ui.set({ put_off: [...ui.get().put_off, client].slice(-kMostPutOff) }),
  };
  run[action]?.();
}

const kMostPutOff = 16;
