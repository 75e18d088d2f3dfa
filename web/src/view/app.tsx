// SPDX-License-Identifier: Apache-2.0

import { useStore } from "../store/use_store.ts";
import { AppContext, type App } from "./app_context.ts";
import { Confirm } from "./confirm.tsx";
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
  const sticks = useStore(app.session.store, (state) => touch && state.link.role !== "viewer");
  return (
    <AppContext.Provider value={app}>
      <main class={touch ? "app touch" : "app"}>
        <Stage />
        <EstopButton />
        <Identity />
        <StatusLine />
        <TroubleCard />
        {sticks ? <TouchSticks /> : <Dial />}
        <Drawer />
        <Toasts />
        <Help />
        <Confirm />
      </main>
    </AppContext.Provider>
  );
}
