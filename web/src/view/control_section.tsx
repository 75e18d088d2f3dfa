// SPDX-License-Identifier: Apache-2.0
//
// Who drives, who else may, and how control goes from one to the other: all as the server says it.

import { someoneElseDrives, weDrive } from "../drive/drive_gate.ts";
import type { Person, State } from "../store/state.ts";
import { clientName, ownName } from "../words.ts";
import { useApp, useServer, useUi } from "./app_context.ts";
import { Facts } from "./controls.tsx";
import { Icon } from "./icons.tsx";

const kRoleWords = { viewer: "Viewer, watches", operator: "Operator, may drive", admin: "Admin, may take control" } as const;

export function ControlSection() {
  const { session } = useApp();
  const lease = useServer((state) => state.lease);
  const holder = useServer((state) => (state.lease ? clientName(state, state.lease.holder) : "–"));
  const you = useServer(ownName);
  const role = useServer((state) => state.link.role);
  const rows: [string, string][] = [["Drives", holder], ["You are", you]];
  if (role !== null) rows.push(["Your access", kRoleWords[role]]);
  return (
    <section>
      <h3>Control</h3>
      <Facts rows={rows} />
      <div class="row">
        {lease !== null && role !== "viewer" && <LeaseButtons />}
        {session.token() !== "" && (
          <button type="button" class="button quiet" data-testid="sign-out" onClick={() => session.signOut()}>
            Sign out
          </button>
        )}
      </div>
      {role !== "viewer" && <People />}
    </section>
  );
}

function LeaseButtons() {
  const { actions, ui } = useApp();
  const ours = useServer(weDrive);
  const theirs = useServer(someoneElseDrives);
  const role = useServer((state) => state.link.role);
  const asking = useUi((state) => state.wants_control);
  if (ours) {
    return (
      <button type="button" class="button quiet" data-testid="give-up" onClick={() => void actions.lease.giveUp()}>
        Give up control
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        class={asking ? "button quiet" : "button"}
        data-testid="ask-control"
        onClick={() => (asking ? actions.lease.cancelAsking() : void actions.lease.ask())}
      >
        {asking ? "Stop asking" : theirs ? "Ask for control" : "Take the controls"}
      </button>
      {theirs && role === "admin" && (
        <button type="button" class="button quiet" data-testid="take-control" onClick={() => ui.set({ confirm: "take" })}>
          Take by force
        </button>
      )}
    </>
  );
}

interface Other {
  client: string;
  name: string;
  asks: boolean;
  drives: boolean;
}

/** Everyone else who may drive, and those who ask, first come first. */
function othersOf(state: Readonly<State>): Other[] {
  const { lease, people } = state;
  const asking = lease?.asking ?? [];
  const known = people.map(({ client }: Person) => client);
  const ids = [...new Set([...asking, ...known])].filter((id) => id !== lease?.you);
  return ids.map((client) => ({ client, name: clientName(state, client), asks: asking.includes(client), drives: client === lease?.holder }));
}

function People() {
  const { actions } = useApp();
  const others = JSON.parse(useServer((state) => JSON.stringify(othersOf(state)))) as Other[];
  const ours = useServer(weDrive);
  if (others.length === 0) return null;
  return (
    <ul class="people" aria-label="Others who may drive">
      {others.map(({ client, name, asks, drives }) => (
        <li key={client} data-testid="person">
          <Icon name={drives ? "wheel" : "person"} size={18} />
          <span>
            {name}
            {(asks || drives) && <small>{drives ? "drives" : "asks for control"}</small>}
          </span>
          {ours && (
            <button type="button" class={asks ? "button" : "button quiet"} onClick={() => void actions.lease.hand(client)}>
              Hand over
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
