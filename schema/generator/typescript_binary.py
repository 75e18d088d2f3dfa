# SPDX-License-Identifier: Apache-2.0
"""Binary messages in TypeScript, on top of the reader and writer of runtime.ts."""
from .model import BINARY_TYPES

TYPES = {"text16": "string", "rest": "Uint8Array", "f32list8": "number[]"}


def interface_text(message: dict) -> str:
    fields = "".join(f"  {field['name']}: {TYPES.get(field['type'], 'number')};\n" for field in message["fields"])
    return f"/** {message['about']} */\nexport interface {message['name']} {{\n{fields}}}\n"


def decode_text(message: dict) -> str:
    name, reads = message["name"], ""
    for field in message["fields"]:
        bound = field.get("bytes_max", field.get("count_max", ""))
        reads += f"    {field['name']}: reader.{field['type']}({bound}),\n"
    checks = "".join(f"  reader.check(message.{field['name']} <= {field['max']});\n"
                     for field in message["fields"] if "max" in field)
    end = "" if message.get("open_end") else "  reader.end();\n"
    return (f"/** Null where the bytes are no such message. */\n"
            f"export function decode{name}(bytes: Uint8Array): {name} | null {{\n"
            f"  const reader = new BinaryReader(bytes, {message['id']});\n"
            f"  const message = {{\n{reads}  }};\n{checks}{end}  return reader.ok ? message : null;\n}}\n")


def size_text(message: dict) -> str:
    fixed = 1 + sum(BINARY_TYPES.get(field["type"], 0) for field in message["fields"])
    parts = [str(fixed)]
    for field in message["fields"]:
        name = f"message.{field['name']}"
        parts += {"text16": [f"2 + {field['name']}.length"], "rest": [f"{name}.length"],
                  "f32list8": [f"1 + 4 * {name}.length"]}.get(field["type"], [])
    return " + ".join(parts)


def encode_text(message: dict) -> str:
    name = message["name"]
    texts = [field["name"] for field in message["fields"] if field["type"] == "text16"]
    lines = "".join(f"  const {text} = encoder.encode(message.{text});\n" for text in texts)
    lines += f"  const writer = new BinaryWriter({message['id']}, {size_text(message)});\n"
    for field in message["fields"]:
        value = field["name"] if field["name"] in texts else f"message.{field['name']}"
        call = "raw" if field["type"] == "rest" else field["type"]
        lines += f"  writer.{call}({value});\n"
    return (f"export function encode{name}(message: {name}): Uint8Array<ArrayBuffer> {{\n{lines}"
            f"  return writer.done();\n}}\n")


def messages(schema) -> str:
    parts = []
    for message in schema.binary:
        fixed = all(field["type"] in BINARY_TYPES for field in message["fields"])
        if fixed:
            size = 1 + sum(BINARY_TYPES[field["type"]] for field in message["fields"])
            parts.append(f"export const {message['name']}Bytes = {size};  // type byte included\n")
        parts += [interface_text(message), decode_text(message), encode_text(message)]
    return "\n".join(parts)
