# SPDX-License-Identifier: Apache-2.0
"""schema/codec.h and codec.cc: reading from and writing to JSON."""
from . import cpp
from .cpp_types import enumerator
from .model import INTEGERS, snake


def item_reader(schema, field) -> str:
    if field.base == "bool":
        return "Flag{}"
    if field.base == "string":
        return "Name{}" if field.is_name else f"Text{{{field.bytes_max}}}"
    if field.base in INTEGERS:
        low, high = field.number_limits()
        return f"Integer{{{low}, {high}}}"
    if field.base == "f64":
        low, high = field.number_limits()
        return f"Number{{{low!r}, {high!r}}}"
    return "Word{}" if field.base in schema.enum_names else "Nested{}"


def field_reader(schema, field) -> str:
    item = item_reader(schema, field)
    kind = item.split("{")[0]
    if field.is_list:
        return f"List<{kind}>{{{item}, {field.count_max}}}"
    if field.fixed_count:
        return f"Fixed<{kind}>{{{item}}}"
    return item


def read_call(schema, field) -> str:
    reader, place = field_reader(schema, field), f'value, "{field.name}", out.{field.name}'
    if field.optional or field.nullable:
        return f"{'optional' if field.optional else 'nullable'}({place}, error, {reader})"
    if field.has_default:
        default = f"{cpp.value_type(field)}{{}}" if field.default in ({}, "") else default_literal(field)
        return f"defaulted({place}, {default}, error, {reader})"
    return f"required({place}, error, {reader})"


def default_literal(field) -> str:
    return f"{cpp.value_type(field)}{{{cpp.literal(field.default)}}}"


def reader_text(schema, entry) -> str:
    checks = ["is_object(value, error)"] + [read_call(schema, field) for field in entry.fields]
    if entry.same_length:
        checks += [f'(out.{name}.empty() || out.{name}.size() == out.{entry.length_of}.size() || '
                   f'wrong_length("{name}", error))' for name in entry.same_length]
    joined = " &&\n         ".join(checks)
    unused = "" if entry.fields else "[[maybe_unused]] "
    return (f"bool read(JsonValue value, {unused}{entry.name}& out, ReadError& error) {{\n  return {joined};\n}}\n")


def writer_text(entry) -> str:
    calls = "".join(f'  {"write_present" if field.optional else "write_member"}(json, "{field.name}", value.{field.name});\n'
                    for field in entry.fields)
    unused = "" if entry.fields else "[[maybe_unused]] "
    return (f"void write(JsonWriter& json, {unused}const {entry.name}& value) {{\n"
            f"  json.begin_object();\n{calls}  json.end_object();\n}}\n")


def enum_text(enum: dict) -> str:
    name = enum["name"]
    cases = "".join(f'    case {name}::{enumerator(word)}: return "{word}";\n' for word in enum["values"])
    return (f"std::string_view to_text({name} value) {{\n  switch (value) {{\n{cases}  }}\n  return {{}};\n}}\n"
            f"bool from_text(std::string_view text, {name}& out) {{ return find_word(k{name}Words, text, out); }}\n")


def header(schema) -> str:
    lines = ["// Every type can be read from a parsed value and written. A payload can also be parsed from its text: parse()",
             "// keeps the memory of the value that it overwrites, so that a value used again allocates nothing.", ""]
    for entry in schema.types:
        lines.append(f"[[nodiscard]] bool read(JsonValue value, {entry.name}& out, ReadError& error);")
        lines.append(f"void write(JsonWriter& json, const {entry.name}& value);")
    lines.append("")
    for entry in schema.payload_types():
        lines.append(f"Status parse(std::string_view json, {entry.name}& out);")
        lines.append(f"Result<{entry.name}> parse_{snake(entry.name)}(std::string_view json);")
    includes = ["<string_view>", "", '"base/json_writer.h"', '"base/result.h"', '"schema/read.h"', '"schema/types.h"']
    return cpp.file_text(True, includes, "\n".join(lines) + "\n")


def helpers() -> str:
    return """namespace {

template <size_t kCount, typename Enum>
bool find_word(const std::array<std::string_view, kCount>& words, std::string_view text, Enum& out) {
  for (size_t i = 0; i < kCount; ++i) {
    if (words[i] != text) continue;
    out = static_cast<Enum>(i);
    return true;
  }
  return false;
}

bool wrong_length(std::string_view name, ReadError& error) {
  error.fail(Errc::out_of_range);
  return error.at(name);
}

template <typename T>
Result<T> parsed(std::string_view json) {
  T value;
  if (auto status = parse_text(json, value); !status) return status.error();
  return value;
}

}  // namespace
"""


def source(schema) -> str:
    parts = [helpers()] + [enum_text(enum) for enum in schema.enums]
    for entry in schema.types:
        parts += [reader_text(schema, entry), writer_text(entry)]
    for entry in schema.payload_types():
        parts.append(f"Status parse(std::string_view json, {entry.name}& out) {{ return parse_text(json, out); }}\n"
                     f"Result<{entry.name}> parse_{snake(entry.name)}(std::string_view json) "
                     f"{{ return parsed<{entry.name}>(json); }}\n")
    return cpp.file_text(False, ['"schema/codec.h"', "", '"schema/write.h"'], "\n".join(parts))
