// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef } from "preact/hooks";
import { useApp, useUi } from "./app_context.ts";

/** Reset throws the robot's place and pose away, so it asks. */
export function ConfirmReset() {
  const { ui, actions } = useApp();
  const open = useUi((state) => state.confirm_reset);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current!.showModal();
    else dialog.current!.close();
  }, [open]);
  const close = () => ui.set({ confirm_reset: false });
  const confirm = () => {
    close();
    actions.reset();
  };
  return (
    <dialog ref={dialog} class="plate dialog confirm" aria-labelledby="reset-title" data-testid="confirm-reset" onClose={close}>
      <div class="dialog-body">
        <h2 id="reset-title">Reset the simulation?</h2>
        <p>The robot goes back to its home pose and the scene to its beginning.</p>
        <div class="row">
          <button type="button" class="button" autofocus onClick={confirm}>
            Reset
          </button>
          <button type="button" class="button quiet" onClick={close}>
            Cancel
          </button>
        </div>
      </div>
    </dialog>
  );
}
