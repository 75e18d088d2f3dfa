// SPDX-License-Identifier: Apache-2.0
//
// Short notes that go away by themselves. Bounds: three at once; the same words twice are one note.

import type { Store } from "./store/store.ts";
import type { Toast, Ui } from "./view/app_context.ts";

const kMost = 3;
const kShownMs = 5000;

export function openToasts(ui: Store<Ui>): (text: string, tone?: Toast["tone"]) => void {
  let last_id = 0;
  return (text, tone = "plain") => {
    const id = ++last_id;
    const others = ui.get().toasts.filter((toast) => toast.text !== text);
    ui.set({ toasts: [...others, { id, text, tone }].slice(-kMost) });
    setTimeout(() => ui.set({ toasts: ui.get().toasts.filter((toast) => toast.id !== id) }), kShownMs);
  };
}
