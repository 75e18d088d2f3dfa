// SPDX-License-Identifier: Apache-2.0
//
// The control lease as people handle it: ask for it, get it, hand it over, take it, give it up, and be told what became
// of it. The server decides; this asks and says.

import type { LeaseOp } from "../generated/schema.ts";
import type { Outcome, Session } from "../session.ts";
import { outcomeWords } from "../words.ts";
import { someoneElseDrives, weDrive } from "./drive_gate.ts";
import { leaseNote, type OwnStep } from "./lease_note.ts";

/** The server forgets after 30 s who asked. */
const kAskAgainMs = 10_000;

export interface Announcer {
  say(text: string, tone?: "plain" | "warning"): void;
  /** We wait for control, or no longer. */
  asking(wants: boolean): void;
  /** Control is about to be given away: no twist may follow, since a twist would take it again. */
  givingUp(): void;
}

export class LeaseDesk {
  private wants_ = false;
  private asked_ms_ = 0;
  private own_step_: OwnStep = null;
  private seen_: ReturnType<Session["store"]["get"]>["lease"] = null;

  constructor(
    private readonly session_: Session,
    private readonly announcer_: Announcer,
  ) {
    session_.store.subscribe(() => this.onChange());
    setInterval(() => this.askAgain(), 1000);
  }

  /** Asks for control now and, where someone else drives, gets it the moment that they hand it over or let go. */
  async ask(): Promise<void> {
    this.setWants(true);
    this.asked_ms_ = performance.now();
    const outcome = await this.send("acquire");
    if (outcome.status === "ok") this.setWants(false);
    else if (!someoneElseDrives(this.session_.store.get())) this.say("Ask for control", outcome);
  }

  cancelAsking(): void {
    this.setWants(false);
    void this.send("release");
  }

  async hand(client: string): Promise<void> {
    await this.giveAway("hand", "Hand over", client);
  }

  async giveUp(): Promise<void> {
    await this.giveAway("release", "Give up control");
  }

  /** For an admin: whoever drives is stopped and loses control. */
  async take(): Promise<void> {
    this.setWants(false);
    this.own_step_ = "take";
    this.say("Take control", await this.send("take"));
  }

  private async giveAway(op: "hand" | "release", what: string, to?: string): Promise<void> {
    this.setWants(false);
    this.own_step_ = op;
    this.announcer_.givingUp();
    const outcome = await this.send(op, to);
    if (outcome.status !== "ok") this.own_step_ = null;
    this.say(what, outcome);
  }

  private send(op: LeaseOp, to?: string): Promise<Outcome> {
    return this.session_.command("lease", to === undefined ? { op } : { op, to });
  }

  private say(what: string, outcome: Outcome): void {
    const words = outcomeWords(what, outcome);
    if (words !== null) this.announcer_.say(words, "warning");
  }

  private setWants(wants: boolean): void {
    if (this.wants_ === wants) return;
    this.wants_ = wants;
    this.announcer_.asking(wants);
  }

  private askAgain(): void {
    if (!this.wants_ || document.hidden || performance.now() - this.asked_ms_ < kAskAgainMs) return;
    if (someoneElseDrives(this.session_.store.get())) void this.ask();
  }

  private onChange(): void {
    const state = this.session_.store.get();
    this.tell(state);
    if (!this.wants_ || state.lease === null || someoneElseDrives(state)) return;
    if (weDrive(state)) this.setWants(false);
    // A page that nobody looks at takes nothing.
    else if (!document.hidden && performance.now() - this.asked_ms_ > 500) void this.ask();
  }

  private tell(state: ReturnType<Session["store"]["get"]>): void {
    const before = this.seen_;
    if (state.lease === before) return;
    this.seen_ = state.lease;
    const note = leaseNote(before, state, this.own_step_);
    if (before?.holder !== state.lease?.holder) this.own_step_ = null;
    if (note !== null) this.announcer_.say(note);
  }
}
