// SPDX-License-Identifier: Apache-2.0

import { parseArgs } from "node:util";

/**
 * The options of `./sdr bench NAME`, named with their defaults, whose types they have: a number, a text, or false for a
 * flag. --help prints them and ends with 0; what is unknown, or no number, is said, and ends with 2.
 */
export function readOptions(name, defaults) {
  const shown = Object.entries(defaults).map(([key, value]) => `[--${key}${value === false ? "" : ` ${value}`}]`);
  const usage = ["usage: ./sdr bench", name, ...shown].join(" ");
  try {
    const values = parsed(defaults);
    if (!values.help) return values;
    console.log(usage);
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
  process.exit(0);
}

function parsed(defaults) {
  const types = Object.entries(defaults).map(([key, value]) => [key, { type: value === false ? "boolean" : "string" }]);
  const { values } = parseArgs({ options: { ...Object.fromEntries(types), help: { type: "boolean" } } });
  for (const [key, value] of Object.entries(values)) {
    if (typeof defaults[key] !== "number") continue;
    values[key] = Number(value);
    if (value.trim() === "" || !(values[key] >= 0)) throw new Error(`--${key}: expected a number, got '${value}'`);
  }
  return { ...defaults, ...values };
}
