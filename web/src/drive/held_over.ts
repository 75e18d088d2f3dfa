// SPDX-License-Identifier: Apache-2.0
//
// A stick that was held while the robot could not be driven moves nothing until it was let go: nobody remembers, after a
// break, that a thumb still lies on it. One of these per kind of input. Pure.

import { isNeutral, kNeutral, type Axes } from "./shaping.ts";

export class HeldOver {
  private must_let_go_ = false;

  /**
   * What counts of `axes`, where the input stands now: nothing while `blocked`, and afterwards nothing before it was
   * seen neutral. Null: nobody can tell where it stands, so it may be held.
   */
  filter(axes: Axes | null, blocked: boolean): Axes {
    if (axes === null) this.must_let_go_ = true;
    else if (isNeutral(axes)) this.must_let_go_ = false;
    else if (blocked) this.must_let_go_ = true;
    return axes === null || blocked || this.must_let_go_ ? kNeutral : axes;
  }

  /** It is held, or may be, and has to be let go first. */
  mustLetGo(): boolean {
    return this.must_let_go_;
  }
}
