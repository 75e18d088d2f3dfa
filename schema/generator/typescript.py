# SPDX-License-Identifier: Apache-2.0
"""The TypeScript module: types, tables and, at its end, runtime.ts, which reads the tables."""
import json

from .model import INTEGERS
from .typescript_binary import messages

NOTICE = ("// SPDX-License-Identifier: Apache-2.0\n// Generated from schema/bus.json by schema/generate.py.\n"
          "/* eslint-disable */\n")


def union(words) -> str:
    return " | ".join(f'"{word}"' for word in words)


def limits_text(schema) -> str:
    lines = "".join(f"  /** {entry['about']} */\n  {entry['name']}: {entry['value']},\n" for entry in schema.limits)
    return f"export const limits = {{\n{lines}}} as const;\n"


def enums_text(schema) -> str:
    types = "".join(f"export type {enum['name']} = {union(enum['values'])};\n" for enum in schema.enums)
    words = "".join(f"  {enum['name']}: {json.dumps(enum['values'])},\n" for enum in schema.enums)
    return f"{types}\nexport const enumWords: Record<string, readonly string[]> = {{\n{words}}};\n"


def member_type(field) -> str:
    inner = "number" if field.base in INTEGERS or field.base == "f64" else field.base
    inner = {"bool": "boolean"}.get(inner, inner)
    if field.is_list or field.fixed_count:
        inner += "[]"
    return f"{inner} | null" if field.nullable else inner


def reachable_from_payloads(schema) -> set:
    by_name = {entry.name: entry for entry in schema.types}
    names, todo = set(), [entry.name for entry in schema.payload_types()]
    while todo:
        name = todo.pop()
        if name in by_name and name not in names:
            names.add(name)
            todo += [field.base for field in by_name[name].fields]
    return names


def interface_text(entry, defaults_may_be_absent: bool) -> str:
    if not entry.fields:
        return f"export type {entry.name} = Record<string, never>;\n"
    note = ": ".join(part for part in (f"ROS {entry.ros}" if entry.ros else "", entry.about) if part)
    lines = [f"/** {note} */"] if note else []
    lines.append(f"export interface {entry.name} {{")
    for field in entry.fields:
        absent = "?" if field.optional or (field.has_default and defaults_may_be_absent) else ""
        about = f"  // {field.about}" if field.about else ""
        lines.append(f"  {field.name}{absent}: {member_type(field)};{about}")
    return "\n".join(lines + ["}\n"])


def spec(field) -> str:
    integer = field.base in INTEGERS
    parts = {"n": field.name, "t": "int" if integer else field.base}
    if field.optional or field.nullable:
        parts["o"] = "optional" if field.optional else "nullable"
    if field.has_default:
        parts["d"] = field.default
    if field.is_list:
        parts["list"] = field.count_max
    if field.fixed_count:
        parts["fixed"] = field.fixed_count
    if integer or field.base == "f64":
        parts["lo"], parts["hi"] = field.number_limits()
    if field.base == "string":
        parts.update({"name": True} if field.is_name else {"bytes": field.bytes_max})
    return json.dumps(parts)


def specs_text(schema) -> str:
    lines = []
    for entry in schema.types:
        fields = "".join(f"    {spec(field)},\n" for field in entry.fields)
        lines.append(f"  {entry.name}: [\n{fields}  ],\n")
    rules = "".join(f"  {entry.name}: {{ as: {json.dumps(entry.length_of)}, of: {json.dumps(entry.same_length)} }},\n"
                    for entry in schema.types if entry.same_length)
    return (f"const specs: Record<string, readonly Spec[]> = {{\n{''.join(lines)}}};\n\n"
            f"const sameLength: Record<string, {{ as: string; of: string[] }}> = {{\n{rules}}};\n")


def subjects_text(schema) -> str:
    def to_browser(subject):
        return subject.get("browser_payload", subject["payload"])
    payloads = "".join(f"  {entry.name}: {entry.name};\n" for entry in schema.payload_types())
    typed = "".join(f'  "{s["name"]}": {to_browser(s)};\n' for s in schema.subjects)
    table = "".join(f'  "{s["name"]}": {{ payload: "{to_browser(s)}", kind: "{s["kind"]}" }},\n' for s in schema.subjects)
    return (f"export interface Payloads {{\n{payloads}}}\n\n/** What each subject carries to a browser. */\n"
            f"export interface SubjectPayloads {{\n{typed}}}\nexport type Subject = keyof SubjectPayloads;\n\n"
            f'export const subjects: Record<Subject, {{ payload: keyof Payloads; kind: "value" | "event" }}> = {{\n{table}}};\n')


def actions_text(schema) -> str:
    browser = [action for action in schema.actions if action.get("from") != "transport"]
    data = "".join(f"  {action['name']}: {action['data']};\n" for action in browser)
    table = "".join(f'  {a["name"]}: {{ gate: "{a["gate"]}", lease: {json.dumps(a["lease"])}, role: "{a["role"]}", '
                    f'toTransport: {json.dumps(a.get("to") == "transport")} }},\n' for a in browser)
    return (f"export interface ActionData {{\n{data}}}\nexport type BrowserAction = keyof ActionData;\n"
            f'export type Role = "viewer" | "operator" | "admin";\n\n'
            "export const actions: Record<BrowserAction, {\n"
            '  gate: "motion" | "command" | "never"; lease: boolean; role: Role; toTransport: boolean;\n'
            f"}}> = {{\n{table}}};\n")


def message_types_text(schema) -> str:
    lines = "".join(f"  /** {m['about']} */\n  {m['name']}: {m['value']},\n" for m in schema.message_types)
    return f"export const MessageType = {{\n{lines}}} as const;\n"


def module(schema, runtime: str) -> str:
    received = reachable_from_payloads(schema)
    parts = [NOTICE, limits_text(schema), enums_text(schema)]
    parts += [interface_text(entry, entry.name not in received) for entry in schema.types]
    parts += [subjects_text(schema), actions_text(schema), message_types_text(schema), specs_text(schema), runtime]
    parts.append(messages(schema))
    return "\n".join(parts)
