// SPDX-License-Identifier: Apache-2.0

import { useUi } from "./app_context.ts";

/** What happened and needs no answer: a gamepad came, a command was refused. */
export function Toasts() {
  const toasts = useUi((ui) => ui.toasts);
  return (
    <ul class="toasts" aria-live="polite" data-testid="toasts">
      {toasts.map(({ id, text, tone }) => (
        <li key={id} class={`plate toast ${tone}`}>
          {text}
        </li>
      ))}
    </ul>
  );
}
