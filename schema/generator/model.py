# SPDX-License-Identifier: Apache-2.0
"""The schema as the generators see it: checked once, so that they need not doubt it."""
import json
import pathlib
import re

INTEGERS = {"u8": (0, 2**8 - 1), "u16": (0, 2**16 - 1), "u32": (0, 2**32 - 1), "u64": (0, 2**53 - 1),
            "i32": (-(2**31), 2**31 - 1), "i64": (-(2**53 - 1), 2**53 - 1)}
NUMBER_MAX = 1e12  # beyond any speed, length or time of a robot; a larger one is a mistake
TEXT_BYTES_MAX = 128
FIELD_KEYS = {"name", "type", "about", "optional", "nullable", "default", "min", "max", "count_max", "bytes_max", "form",
              "any_finite", "secret"}
BINARY_TYPES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "f32": 4}
BINARY_TAILS = {"text16", "f32list8", "rest"}


class SchemaError(Exception):
    """What is wrong with the schema, in words."""


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[._]", name))


class Field:
    """One member of a type. `base` is the type without its brackets."""

    def __init__(self, raw: dict):
        unknown = set(raw) - FIELD_KEYS
        if unknown:
            raise SchemaError(f"member {raw.get('name')}: unknown {sorted(unknown)}")
        match = re.fullmatch(r"(\w+?)(\[(\d*)\])?", raw["type"])
        if not match:
            raise SchemaError(f"member {raw['name']}: type {raw['type']}")
        self.raw, self.name, self.about = raw, raw["name"], raw.get("about", "")
        self.base = match.group(1)
        self.is_list = match.group(2) == "[]"
        self.fixed_count = int(match.group(3)) if match.group(3) else 0
        self.optional, self.nullable = raw.get("optional", False), raw.get("nullable", False)
        self.has_default, self.default = "default" in raw, raw.get("default")
        self.count_max = raw.get("count_max", 0)
        self.bytes_max = raw.get("bytes_max", TEXT_BYTES_MAX)
        self.is_name = raw.get("form") == "name"
        if self.is_list and not self.count_max:
            raise SchemaError(f"member {self.name}: a list needs count_max")
        if self.optional + self.nullable + self.has_default > 1:
            raise SchemaError(f"member {self.name}: one of optional, nullable, default")

    def number_limits(self):
        if self.base in INTEGERS:
            low, high = INTEGERS[self.base]
        elif self.raw.get("any_finite"):
            low, high = -1.7976931348623157e308, 1.7976931348623157e308
        else:
            low, high = -NUMBER_MAX, NUMBER_MAX
        return self.raw.get("min", low), self.raw.get("max", high)


class Type:
    def __init__(self, raw: dict):
        self.name, self.ros, self.about = raw["name"], raw.get("ros"), raw.get("about", "")
        self.payload = raw.get("payload", False)
        self.fields = [Field(field) for field in raw["fields"]]
        self.length_of = raw.get("length_of")
        self.same_length = raw.get("same_length_or_empty", [])


class Schema:
    def __init__(self, raw: dict):
        self.limits, self.enums = raw["limits"], raw["enums"]
        self.types = [Type(entry) for entry in raw["types"]]
        self.subjects, self.actions = raw["subjects"], raw["actions"]
        self.message_types, self.binary = raw["message_types"], raw["binary"]
        self.enum_names = {enum["name"] for enum in self.enums}
        self.type_names = {entry.name for entry in self.types}

    def payload_types(self):
        return [entry for entry in self.types if entry.payload]

    def action_data_types(self):
        return list(dict.fromkeys(action["data"] for action in self.actions))

    def check(self) -> None:
        seen = set(self.enum_names)
        for entry in self.types:
            for field in entry.fields:
                if field.base not in seen | set(INTEGERS) | {"bool", "f64", "string"}:
                    raise SchemaError(f"{entry.name}.{field.name}: {field.base} does not stand above it")
            seen.add(entry.name)
        self._check_unique("subject", self.subjects)
        self._check_unique("action", self.actions)
        payloads = {entry.name for entry in self.payload_types()}
        for subject in self.subjects:
            if subject["payload"] not in payloads or subject["kind"] not in ("value", "event"):
                raise SchemaError(f"subject {subject['name']}")
        for action in self.actions:
            if action["data"] not in self.type_names or action["gate"] not in ("motion", "command", "never"):
                raise SchemaError(f"action {action['name']}")
        for message in self.binary:
            self._check_binary(message)

    @staticmethod
    def _check_unique(kind: str, entries: list) -> None:
        names = [entry["name"] for entry in entries]
        if len(set(names)) != len(names):
            raise SchemaError(f"a {kind} stands twice")

    @staticmethod
    def _check_binary(message: dict) -> None:
        for field in message["fields"]:
            if field["type"] not in set(BINARY_TYPES) | BINARY_TAILS:
                raise SchemaError(f"{message['name']}.{field['name']}: {field['type']}")


def load(path: pathlib.Path) -> Schema:
    schema = Schema(json.loads(path.read_text(encoding="utf-8")))
    schema.check()
    return schema
