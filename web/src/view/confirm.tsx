// SPDX-License-Identifier: Apache-2.0
//
// The two things that ask first: a reset throws the robot's place and pose away, taking control stops someone.

import { clientName } from "../words.ts";
import { useApp, useServer, useUi } from "./app_context.ts";
import { Dialog } from "./dialog.tsx";

export function Confirm() {
  const { actions } = useApp();
  const asked = useUi((state) => state.confirm);
  const driver = useServer((state) => clientName(state, state.lease?.holder ?? null));
  if (asked === "reset") {
    const text = "The robot goes back to its home pose and the scene to its beginning.";
    return <Question title="Reset the simulation?" text={text} yes="Reset" onYes={() => actions.reset()} />;
  }
  if (asked === "take") {
    const text = `${driver} drives now. The robot is stopped, then it is yours, and everyone is told.`;
    return <Question title="Take control by force?" text={text} yes="Take control" onYes={() => void actions.lease.take()} />;
  }
  return null;
}

interface QuestionProps {
  title: string;
  text: string;
  yes: string;
  onYes(): void;
}

function Question({ title, text, yes, onYes }: QuestionProps) {
  const { ui } = useApp();
  const close = () => ui.set({ confirm: null });
  const confirm = () => {
    close();
    onYes();
  };
  return (
    <Dialog label={title} look="confirm" onClose={close}>
      <h2>{title}</h2>
      <p>{text}</p>
      <div class="row">
        <button type="button" class="button" data-autofocus data-testid="confirm-yes" onClick={confirm}>
          {yes}
        </button>
        <button type="button" class="button quiet" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
