# SPDX-License-Identifier: Apache-2.0
"""schema/wire.h and wire.cc: binary messages, little-endian, the first byte their type."""
from . import cpp
from .model import BINARY_TYPES, snake

TAIL_TYPES = {"text16": "std::string_view", "rest": "std::string_view"}


def cpp_type(field: dict) -> str:
    if field["type"] == "f32list8":
        return f"std::array<float, {field['count_max']}>"
    return TAIL_TYPES.get(field["type"]) or cpp.CPP_TYPES[field["type"]]


def end_rule(message: dict) -> str:
    return "the header is whole; what follows is not looked at" if message.get("open_end") else "nothing is left over"


def struct_text(message: dict) -> str:
    lines = [f"/// {message['about']}", f"struct {message['name']} {{",
             f"  static constexpr uint8_t kType = 0x{message['id']:02x};"]
    size = 1
    for field in message["fields"]:
        about = f"  // {field['about']}" if field.get("about") else ""
        if field["type"] == "f32list8":
            lines.append(f"  uint8_t {field['name']}_count{{}};")
        lines.append(f"  {cpp_type(field)} {field['name']}{{}};{about}")
        size += BINARY_TYPES.get(field["type"], 0)
    if all(field["type"] in BINARY_TYPES for field in message["fields"]):
        lines.append(f"  static constexpr size_t kBytes = {size};  // type byte included")
    lines += [f"  bool operator==(const {message['name']}&) const = default;", "};",
              f"/// Appends the message, its type byte first.",
              f"void encode(const {message['name']}& message, std::string& out);",
              f"/// Checks the type byte, every bound, and that {end_rule(message)}.",
              f"Result<{message['name']}> decode_{snake(message['name'])}(std::span<const uint8_t> bytes);", ""]
    return "\n".join(lines)


def header(schema) -> str:
    types = ", ".join(f"{m['name']} = {m['value']}" for m in schema.message_types)
    body = f"""// Binary messages: little-endian, the first byte is the type. Views in a decoded message point into its bytes.

/// The first byte of a message on the WebSocket.
enum class MessageType : uint8_t {{ {types} }};

""" + "\n".join(struct_text(message) for message in schema.binary)
    includes = ["<array>", "<cstdint>", "<span>", "<string>", "<string_view>", "", '"base/result.h"']
    return cpp.file_text(True, includes, body)


def encode_line(field: dict) -> str:
    name = f"message.{field['name']}"
    if field["type"] == "text16":
        return f"  put(out, static_cast<uint16_t>({name}.size()));\n  out.append({name});\n"
    if field["type"] == "rest":
        return f"  out.append({name});\n"
    if field["type"] == "f32list8":
        return (f"  put(out, {name}_count);\n"
                f"  for (size_t i = 0; i < {name}_count; ++i) put(out, {name}[i]);\n")
    return f"  put(out, {name});\n"


def encode_checks(message: dict) -> str:
    checks = ""
    for field in message["fields"]:
        name = f"message.{field['name']}"
        if field["type"] == "f32list8":
            checks += f"  SDR_ASSERT_OP({name}_count, <=, {name}.size());\n"
        elif field["type"] in TAIL_TYPES:
            checks += f"  SDR_ASSERT_OP({name}.size(), <=, size_t{{{field['bytes_max']}}});\n"
    return checks


def decode_line(field: dict) -> str:
    name = f"message.{field['name']}"
    if field["type"] == "text16":
        return f"  {name} = reader.text16({field['bytes_max']});\n"
    if field["type"] == "rest":
        return f"  {name} = reader.rest({field['bytes_max']});\n"
    if field["type"] == "f32list8":
        return f"  reader.list8({name}_count, {name});\n"
    limit = f"  reader.check({name} <= {field['max']});\n" if "max" in field else ""
    finite = f"  reader.check(std::isfinite({name}));\n" if field["type"] == "f32" else ""
    return f"  reader.get({name});\n{limit}{finite}"


def functions(message: dict) -> str:
    name = message["name"]
    encodes = "".join(encode_line(field) for field in message["fields"])
    decodes = "".join(decode_line(field) for field in message["fields"])
    end = "" if message.get("open_end") else "  reader.expect_end();\n"
    return (f"void encode(const {name}& message, std::string& out) {{\n{encode_checks(message)}"
            f"  put(out, {name}::kType);\n{encodes}}}\n\n"
            f"Result<{name}> decode_{snake(name)}(std::span<const uint8_t> bytes) {{\n"
            f"  BinaryReader reader(bytes, {name}::kType);\n  {name} message;\n{decodes}{end}"
            f"  if (!reader.ok()) return Error(reader.code(), \"{name}\");\n  return message;\n}}\n")


def source(schema) -> str:
    includes = ['"schema/wire.h"', "", "<cmath>", "", '"base/assert.h"', '"schema/binary.h"']
    return cpp.file_text(False, includes, "\n".join(functions(message) for message in schema.binary))
