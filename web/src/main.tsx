// SPDX-License-Identifier: Apache-2.0
//
// Puts the page together: store, inputs, actions, views.

import { render } from "preact";
import { Actions } from "./drive/actions.ts";
import { Driver } from "./drive/driver.ts";
import { listenForKeys } from "./drive/hotkeys.ts";
import { PadButtons } from "./drive/pad_buttons.ts";
import { RearmHold } from "./drive/rearm_hold.ts";
import { openSettings } from "./drive/settings.ts";
import { exposeForTests } from "./for_tests.ts";
import { watchHealth } from "./health.ts";
import { watchPeople } from "./people.ts";
import { Session } from "./session.ts";
import { keptStorage, sessionOptions, takeToken } from "./location.ts";
import { Traces } from "./store/ingest.ts";
import { Store } from "./store/store.ts";
import { openToasts } from "./toasts.ts";
import { AppView } from "./view/app.tsx";
import type { Ui } from "./view/app_context.ts";
import "./style/main.css";

const ui = new Store<Ui>({
  drawer: null,
  graph: null,
  help: false,
  confirm: null,
  wants_control: false,
  put_off: [],
  toasts: [],
  rearm: 0,
});
const say = openToasts(ui);
const session = new Session(new Traces(), sessionOptions(location));
const actions = new Actions(session, {
  say,
  asking: (wants_control) => ui.set({ wants_control }),
  givingUp: () => driver.rest(),
});
const rearm = new RearmHold((progress) => ui.set({ rearm: progress }), () => actions.rearm());
const settings = openSettings(keptStorage());

const stopped = () => session.store.get().safety?.mode === "ESTOP";
const askReset = () => ui.set({ confirm: "reset" });
const buttons = new PadButtons({ actions, rearm, stopped, askReset });
const kTiltPerSecond = 1.2;
const driver: Driver = new Driver(session, settings, {
  padButton: (index) => buttons.pressed(index),
  padHeld: (held) => buttons.held(held),
  padOrbit: (tilt) => actions.orbit(0, (-tilt * kTiltPerSecond) / 60),
  padFound: (name) => say(`${name} connected`),
  padLost: (name) => say(`${name} is gone`, "warning"),
  cameBack: () => say("The robot was sent a zero while this page was not in front"),
  padStrange: (name) => say(`${name} has no standard mapping, so it cannot drive`, "warning"),
});

listenForKeys({
  keyboard: driver.keyboard,
  actions,
  rearm,
  stopped,
  askReset,
  togglePath: () => {
    const { rtc } = session.store.get();
    if (!session.rtc.toggle()) say(`There is only WebSocket here: ${rtc.why ?? "WebRTC is not there yet"}`);
  },
  toggleHelp: () => ui.set({ help: !ui.get().help }),
  toggleFullScreen: () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
});
for (const type of ["online", "focus"]) addEventListener(type, () => session.retry());
addEventListener("hashchange", () => {
  const token = takeToken(location);
  if (token !== null) session.signIn(token, false);
});
addEventListener("contextmenu", (event) => event.target instanceof HTMLCanvasElement && event.preventDefault());

/** Who was told "not now" and asks anew later is heard again. */
session.store.subscribe(() => {
  const asking = session.store.get().lease?.asking ?? [];
  const { put_off } = ui.get();
  if (put_off.some((id) => !asking.includes(id))) ui.set({ put_off: put_off.filter((id) => asking.includes(id)) });
});
watchHealth(session);
watchPeople(session, () => ui.get().drawer === "robot");
exposeForTests(session);
const touch = matchMedia("(any-pointer: coarse)").matches;
render(<AppView app={{ session, actions, driver, rearm, settings, ui }} touch={touch} />, document.getElementById("app")!);
