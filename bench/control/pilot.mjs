// SPDX-License-Identifier: Apache-2.0

/** Takes the lease, and lets everything be compiled that is going to be. */
export const kWarmUp_s = 2;

/** Runs in the page: window.pilot() drives there and back by its keys, and window.driven says when that is over. */
export function pilotPage() {
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const turn = (kind, letter) => window.dispatchEvent(new KeyboardEvent(kind, { code: `Key${letter}`, key: letter, bubbles: true }));
  const drive = async (seconds, there_ms) => {
    const end_ms = performance.now() + seconds * 1000;
    for (let i = 0; performance.now() < end_ms; ++i) {
      const letter = i % 2 === 0 ? "W" : "S";
      turn("keydown", letter);
      await sleep(there_ms);
      turn("keyup", letter);
    }
  };
  window.driven = false;
  window.pilot = async (warm_up_s, seconds, there_ms) => {
    await drive(warm_up_s, there_ms);
    window.forget_twist_stamps();
    await drive(seconds, there_ms);
    await sleep(300); // a lost acknowledgement is not repeated; those of the last twists may still be on their way
    window.driven = true;
  };
}
