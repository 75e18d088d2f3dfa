// SPDX-License-Identifier: Apache-2.0
//
// The few controls that all panels are made of.

import type { ComponentChildren } from "preact";
import type { State } from "../store/state.ts";
import { someoneElseDrives } from "../drive/drive_gate.ts";
import { clientName } from "../words.ts";
import { useServer } from "./app_context.ts";

export interface Choice<T> {
  value: T;
  label: string;
}

interface ChoicesProps<T> {
  label: string;
  choices: readonly Choice<T>[];
  /** What the server says it is; nothing is marked while it has not said. */
  current: T | null;
  /** What it is now, in words, where that may be none of the choices. */
  now?: string;
  disabled?: boolean;
  onChoose(value: T): void;
}

/** One of a few: a row of buttons, the one in force marked. */
export function Choices<T extends string | number>({ label, choices, current, now, disabled, onChoose }: ChoicesProps<T>) {
  return (
    <div class="field">
      <span class="field-label">
        {label} <output>{now}</output>
      </span>
      <div class="choices" role="group" aria-label={label}>
        {choices.map(({ value, label: words }) => (
          <button
            key={value}
            type="button"
            class="choice"
            aria-pressed={value === current}
            disabled={disabled}
            onClick={() => onChoose(value)}
          >
            {words}
          </button>
        ))}
      </div>
    </div>
  );
}

interface SliderProps {
  label: string;
  value: number;
  low: number;
  high: number;
  step: number;
  words: string;
  disabled?: boolean;
  onChange(value: number): void;
}

export function Slider({ label, value, low, high, step, words, disabled, onChange }: SliderProps) {
  return (
    <label class="field">
      <span class="field-label">
        {label} <output>{words}</output>
      </span>
      <input
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={words}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}

interface SwitchProps {
  label: string;
  about: string;
  on: boolean;
  onChange(on: boolean): void;
}

export function Switch({ label, about, on, onChange }: SwitchProps) {
  return (
    <button type="button" class="switch" role="switch" aria-checked={on} onClick={() => onChange(!on)}>
      <span>
        {label}
        <small>{about}</small>
      </span>
      <i aria-hidden="true" />
    </button>
  );
}

export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function lockReason(state: Readonly<State>): string | null {
  if (state.link.phase !== "open") return "Not connected.";
  if (state.link.role === "viewer") return "Your access is to watch, and to stop the robot.";
  if (someoneElseDrives(state)) return `${clientName(state, state.lease!.holder)} drives: only they can change this.`;
  return null;
}

/** Why commands of a panel would be refused now, or null. */
export function useLock(): string | null {
  return useServer(lockReason);
}

export function LockNote({ reason }: { reason: string | null }) {
  return reason === null ? null : <p class="note">{reason}</p>;
}
