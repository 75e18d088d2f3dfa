// SPDX-License-Identifier: Apache-2.0
// The part of the schema's TypeScript that is written by hand: it reads the tables above.

type Spec = {
  n: string; t: string; o?: "optional" | "nullable"; d?: unknown; list?: number; fixed?: number;
  lo?: number; hi?: number; bytes?: number; name?: boolean;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

function textFits(text: string, spec: Spec): boolean {
  if (spec.name) return /^[a-z0-9_-]{1,32}$/.test(text);
  const bytes = spec.bytes ?? 0;
  if (text.length > bytes) return false;
  return text.length * 3 <= bytes || encoder.encode(text).length <= bytes;
}

// Each reader gives the checked value, or undefined where it is not what the schema says.
function readItem(spec: Spec, value: unknown): unknown {
  switch (spec.t) {
    case "bool": return typeof value === "boolean" ? value : undefined;
    case "string": return typeof value === "string" && textFits(value, spec) ? value : undefined;
    case "f64": return inRange(spec, value) ? value : undefined;
    case "int": return inRange(spec, value) && Number.isSafeInteger(value) ? value : undefined;
  }
  const words = enumWords[spec.t];
  if (words) return typeof value === "string" && words.includes(value) ? value : undefined;
  return readType(spec.t, value);
}

function inRange(spec: Spec, value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= spec.lo! && value <= spec.hi!;
}

function readList(spec: Spec, value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  if (spec.fixed !== undefined ? value.length !== spec.fixed : value.length > spec.list!) return undefined;
  const out: unknown[] = [];
  for (const item of value) {
    const read = readItem(spec, item);
    if (read === undefined) return undefined;
    out.push(read);
  }
  return out;
}

function readType(type: string, value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const object = value as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  for (const spec of specs[type]!) {
    const member = Object.hasOwn(object, spec.n) ? object[spec.n] : undefined;
    if (spec.o && member === null) {
      if (spec.o === "nullable") out[spec.n] = null;
      continue;
    }
    if (member === undefined) {
      if (spec.o === "optional") continue;
      if (!("d" in spec)) return undefined;
      out[spec.n] = typeof spec.d === "object" ? readType(spec.t, spec.d) : spec.d;
      continue;
    }
    const isList = spec.list !== undefined || spec.fixed !== undefined;
    const read = isList ? readList(spec, member) : readItem(spec, member);
    if (read === undefined) return undefined;
    out[spec.n] = read;
  }
  return lengthsFit(type, out) ? out : undefined;
}

function lengthsFit(type: string, value: Record<string, unknown>): boolean {
  const rule = sameLength[type];
  if (!rule) return true;
  const count = (value[rule.as] as unknown[]).length;
  return rule.of.every((name) => [0, count].includes((value[name] as unknown[]).length));
}

function parseJson(bytes: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof bytes === "string" ? bytes : decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** A checked payload of the given type with defaults filled in, or null where the bytes are none. */
export function parsePayload<K extends keyof Payloads>(type: K, bytes: Uint8Array | string): Payloads[K] | null {
  const size = typeof bytes === "string" ? encoder.encode(bytes).length : bytes.length;
  if (size > limits.payload_bytes_max) return null;
  return (readType(type, parseJson(bytes)) as Payloads[K] | undefined) ?? null;
}

/** What a subject without its namespace carries to a browser; null where it does not parse or nobody knows it. */
export function parseTelemetry<S extends Subject>(subject: S, bytes: Uint8Array | string): SubjectPayloads[S] | null {
  const info = subjects[subject];
  return info ? (parsePayload(info.payload, bytes) as SubjectPayloads[S] | null) : null;
}

export interface CommandOptions {
  ttl_ms?: number;
  echo_us?: number;
  correlation_id?: string;
}

/** A whole 0x04 message: type byte and JSON. */
export function encodeCommand<A extends BrowserAction>(
  action: A, cmd_seq: number, data: ActionData[A], options: CommandOptions = {},
): Uint8Array<ArrayBuffer> {
  return jsonMessage(MessageType.command, { action, cmd_seq, ...options, data });
}

/** A whole 0x03 message. */
export function encodeSignal(signal: Signal): Uint8Array<ArrayBuffer> {
  return jsonMessage(MessageType.signal, signal);
}

function jsonMessage(type: number, value: unknown): Uint8Array<ArrayBuffer> {
  const json = encoder.encode(JSON.stringify(value));
  const message = new Uint8Array(json.length + 1);
  message[0] = type;
  message.set(json, 1);
  return message;
}

class BinaryReader {
  private at = 1;
  private readonly view: DataView;
  ok: boolean;

  constructor(private readonly bytes: Uint8Array, type: number) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.ok = bytes.length > 0 && bytes[0] === type;
  }
  private take(count: number): number {
    const at = this.at;
    if (!this.ok || at + count > this.bytes.length) {
      this.ok = false;
      return -1;
    }
    this.at += count;
    return at;
  }
  u8(): number { const at = this.take(1); return at < 0 ? 0 : this.view.getUint8(at); }
  u16(): number { const at = this.take(2); return at < 0 ? 0 : this.view.getUint16(at, true); }
  u32(): number { const at = this.take(4); return at < 0 ? 0 : this.view.getUint32(at, true); }
  /** As a number: exact up to 2^53, which is 285 years of microseconds. */
  u64(): number { const at = this.take(8); return at < 0 ? 0 : Number(this.view.getBigUint64(at, true)); }
  f32(): number {
    const at = this.take(4);
    const value = at < 0 ? 0 : this.view.getFloat32(at, true);
    this.check(Number.isFinite(value));
    return value;
  }
  text16(bytesMax: number): string {
    const size = this.u16();
    this.check(size <= bytesMax);
    const at = this.take(size);
    if (at < 0) return "";
    try {
      return decoder.decode(this.bytes.subarray(at, at + size));
    } catch {
      this.ok = false;
      return "";
    }
  }
  rest(bytesMax: number): Uint8Array {
    const left = this.bytes.subarray(this.at);
    this.check(left.length <= bytesMax);
    this.at = this.bytes.length;
    return left;
  }
  f32list8(countMax: number): number[] {
    const count = this.u8();
    this.check(count <= countMax);
    const out: number[] = [];
    for (let i = 0; this.ok && i < count; ++i) out.push(this.f32());
    return out;
  }
  check(condition: boolean): void { this.ok = this.ok && condition; }
  end(): void { this.check(this.at === this.bytes.length); }
}

class BinaryWriter {
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private at = 1;

  constructor(type: number, size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.bytes[0] = type;
  }
  u8(value: number): void { this.view.setUint8(this.at, value); this.at += 1; }
  u16(value: number): void { this.view.setUint16(this.at, value, true); this.at += 2; }
  u32(value: number): void { this.view.setUint32(this.at, value, true); this.at += 4; }
  u64(value: number): void { this.view.setBigUint64(this.at, BigInt(Math.trunc(value)), true); this.at += 8; }
  f32(value: number): void { this.view.setFloat32(this.at, value, true); this.at += 4; }
  raw(value: Uint8Array): void { this.bytes.set(value, this.at); this.at += value.length; }
  text16(value: Uint8Array): void { this.u16(value.length); this.raw(value); }
  f32list8(value: readonly number[]): void { this.u8(value.length); value.forEach((item) => this.f32(item)); }
  done(): Uint8Array<ArrayBuffer> { return this.bytes; }
}
