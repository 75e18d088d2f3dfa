// SPDX-License-Identifier: Apache-2.0

import { useApp, useUi } from "./app_context.ts";
import { Dialog } from "./dialog.tsx";

/** Reset throws the robot's place and pose away, so it asks. */
export function ConfirmReset() {
  const { ui, actions } = useApp();
  const open = useUi((state) => state.confirm_reset);
  const close = () => ui.set({ confirm_reset: false });
  const confirm = () => {
    close();
    actions.reset();
  };
  if (!open) return null;
  return (
    <Dialog label="Reset the simulation?" look="confirm" onClose={close}>
      <h2>Reset the simulation?</h2>
      <p>The robot goes back to its home pose and the scene to its beginning.</p>
      <div class="row">
        <button type="button" class="button" data-autofocus onClick={confirm}>
          Reset
        </button>
        <button type="button" class="button quiet" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
