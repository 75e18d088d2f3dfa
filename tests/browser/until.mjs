// SPDX-License-Identifier: Apache-2.0

const kPollMs = 50;
/** Not a measurement: only how long a broken system may keep a test from failing. */
const kGiveUpMs = 60_000;

/** Waits until `holds` gives something true, and returns it. */
export async function until(what, holds) {
  const give_up_ms = performance.now() + kGiveUpMs;
  for (;;) {
    const result = await holds();
    if (result) return result;
    if (performance.now() > give_up_ms) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, kPollMs));
  }
}
