// SPDX-License-Identifier: Apache-2.0

import { AppContext, type App } from "./app_context.ts";
import { ConfirmReset } from "./confirm_reset.tsx";
import { Dial } from "./dial.tsx";
import { Drawer } from "./drawer.tsx";
import { EstopButton } from "./estop_button.tsx";
import { Help } from "./help.tsx";
import { Identity } from "./identity.tsx";
import { Stage } from "./stage.tsx";
import { StatusLine } from "./status_line.tsx";
import { Toasts } from "./toasts.tsx";
import { TouchSticks } from "./touch_sticks.tsx";
import { TroubleCard } from "./trouble_card.tsx";

/** Everything on the screen. The order is the order of the Tab key: what stops the robot comes first. */
export function AppView({ app, touch }: { app: App; touch: boolean }) {
  return (
    <AppContext.Provider value={app}>
      <main class={touch ? "app touch" : "app"}>
        <Stage />
        <EstopButton />
        <Identity />
        <StatusLine />
        <TroubleCard />
        {touch ? <TouchSticks /> : <Dial />}
        <Drawer />
        <Toasts />
        <Help />
        <ConfirmReset />
      </main>
    </AppContext.Provider>
  );
}
