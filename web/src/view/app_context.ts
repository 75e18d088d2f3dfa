// SPDX-License-Identifier: Apache-2.0
//
// What every view can reach: the server's store, what people can do, how they like to drive, and what is open on the
// screen.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Actions } from "../drive/actions.ts";
import type { Driver } from "../drive/driver.ts";
import type { RearmHold } from "../drive/rearm_hold.ts";
import type { DriveSettings } from "../drive/settings.ts";
import type { Session } from "../session.ts";
import type { State } from "../store/state.ts";
import type { Store } from "../store/store.ts";
import { useStore } from "../store/use_store.ts";

export type PanelName = "robot" | "camera" | "stream" | "plots";
export type Metric = "fps" | "age" | "rtt" | "bitrate" | "drops";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "warning";
}

export interface Ui {
  drawer: PanelName | null;
  graph: Metric | null;
  help: boolean;
  /** What is asked before it is done. */
  confirm: "reset" | "take" | null;
  /** We asked for control and wait for it. */
  wants_control: boolean;
  /** Clients that asked for control and were told "not now". */
  put_off: readonly string[];
  toasts: readonly Toast[];
  /** How far a hold of the re-arm key or button has come, 0 to 1. */
  rearm: number;
}

export interface App {
  session: Session;
  actions: Actions;
  driver: Driver;
  rearm: RearmHold;
  settings: Store<DriveSettings>;
  ui: Store<Ui>;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("a view stands outside the app");
  return app;
}

export function useServer<P>(select: (state: Readonly<State>) => P): P {
  return useStore(useApp().session.store, select);
}

export function useUi<P>(select: (ui: Readonly<Ui>) => P): P {
  return useStore(useApp().ui, select);
}
