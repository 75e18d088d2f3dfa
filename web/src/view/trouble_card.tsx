// SPDX-License-Identifier: Apache-2.0
//
// What is wrong and what to do, as trouble.ts words it.

import { useState } from "preact/hooks";
import { troubleOf, type Trouble, type TroubleAction } from "../trouble.ts";
import { useStore } from "../store/use_store.ts";
import { useApp, useUi } from "./app_context.ts";
import { Icon, type IconName } from "./icons.tsx";

const kIcons: Record<string, IconName> = {
  denied: "lock",
  estop: "stop",
  watching: "eye",
  paused: "pause",
  focus: "cursor",
};

const kActionWords: Record<TroubleAction, string> = {
  retry: "Try now",
  use_jpeg: "Use JPEG pictures",
  ask_control: "Ask for control",
  cancel_ask: "Stop asking",
  sign_in: "Sign in",
  release_pause: "Resume",
};

export function TroubleCard() {
  const { session } = useApp();
  const focused = useUi((ui) => ui.focused);
  const wants_control = useUi((ui) => ui.wants_control);
  const around = { focused, wants_control, secure: isSecureContext };
  const text = useStore(session.store, (state) => JSON.stringify(troubleOf(state, around)));
  const trouble = JSON.parse(text) as Trouble | null;
  return (
    <div class={`trouble-place ${trouble?.place ?? "none"}`} aria-live="polite">
      {trouble && (
        <section class={`plate trouble ${trouble.tone}`} data-testid="trouble" data-trouble={trouble.id}>
          {trouble.tone === "busy" ? <span class="busy-mark" aria-hidden="true" /> : <Icon name={kIcons[trouble.id] ?? "warning"} size={22} />}
          <div>
            <h2>{trouble.title}</h2>
            <p>{trouble.text}</p>
          </div>
          {trouble.actions.map((action) => (action === "sign_in" ? <SignIn /> : <ActionButton key={action} action={action} />))}
        </section>
      )}
    </div>
  );
}

function ActionButton({ action }: { action: TroubleAction }) {
  const { session, actions } = useApp();
  const run: Partial<Record<TroubleAction, () => void>> = {
    retry: () => session.retry(),
    use_jpeg: () => actions.settings({ codec: "jpeg" }),
    ask_control: () => void actions.askForControl(),
    cancel_ask: () => actions.cancelAsking(),
    release_pause: () => actions.togglePause(),
  };
  return (
    <button type="button" class="button" data-testid={`do-${action}`} onClick={run[action]}>
      {kActionWords[action]}
    </button>
  );
}

function SignIn() {
  const { session } = useApp();
  const [token, setToken] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (token !== "") session.signIn(token);
  };
  return (
    <form class="sign-in" onSubmit={submit}>
      <input
        type="password"
        autocomplete="current-password"
        aria-label="Access token"
        placeholder="Access token"
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        {kActionWords.sign_in}
      </button>
    </form>
  );
}
