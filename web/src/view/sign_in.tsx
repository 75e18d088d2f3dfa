// SPDX-License-Identifier: Apache-2.0
//
// Where the server asks for an access token: one field, and whether this device may remember it.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Trouble } from "../trouble_rule.ts";
import { useApp } from "./app_context.ts";
import { Icon } from "./icons.tsx";
import { Switch } from "./controls.tsx";

const kMostBytes = 512;

export function SignIn({ trouble }: { trouble: Trouble }) {
  const { session } = useApp();
  const [token, setToken] = useState("");
  const [remember, setRemember] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    if (token.trim() !== "") session.signIn(token.trim(), remember);
  };
  const wrong = trouble.tone === "warning";
  return (
    <form class={`plate sign-in ${trouble.tone}`} data-testid="trouble" data-trouble={trouble.id} aria-label="Sign in" onSubmit={submit}>
      <span class="sign-in-mark">
        <Icon name={wrong ? "warning" : "lock"} size={22} />
      </span>
      <h2>{trouble.title}</h2>
      <p role={wrong ? "alert" : undefined}>{trouble.text}</p>
      <label class="unseen" for="token">
        Access token
      </label>
      <input
        ref={field}
        id="token"
        type="password"
        autocomplete="current-password"
        autocapitalize="off"
        spellcheck={false}
        maxLength={kMostBytes}
        placeholder="Access token"
        data-testid="token"
        aria-invalid={wrong}
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <Switch label="Remember on this device" about="Otherwise until this tab is closed" on={remember} onChange={setRemember} />
      <button type="submit" class="button" data-testid="sign-in" disabled={token.trim() === ""}>
        Sign in
      </button>
    </form>
  );
}
