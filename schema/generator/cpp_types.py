# SPDX-License-Identifier: Apache-2.0
"""schema/types.h: enums and structs."""
from . import cpp


def enum_text(enum: dict) -> str:
    name, values = enum["name"], enum["values"]
    about = f"/// {enum['about']}\n" if enum.get("about") else ""
    listed = ", ".join(enumerator(value) for value in values)
    words = ", ".join(f'"{value}"' for value in values)
    return (f"{about}enum class {name} : uint8_t {{ {listed} }};\n"
            f"inline constexpr std::array<std::string_view, {len(values)}> k{name}Words = {{{words}}};\n"
            f"std::string_view to_text({name} value);\n"
            f"/// False, with nothing changed, where the text is not one of the words.\n"
            f"bool from_text(std::string_view text, {name}& out);\n")


def enumerator(word: str) -> str:
    return cpp.identifier(word.lower())


def initializer(field) -> str:
    if field.optional or field.nullable:
        return ""
    if field.has_default and field.default != {} and field.default != "":
        return f" = {cpp.literal(field.default)}"
    return "{}" if field.base != "string" and not field.is_list else ""


def struct_text(entry) -> str:
    lines = []
    source = f"ROS {entry.ros}" if entry.ros else ""
    note = ": ".join(part for part in (source, entry.about) if part)
    if note:
        lines.append(f"/// {note}")
    lines.append(f"struct {entry.name} {{")
    for field in entry.fields:
        about = f"  // {field.about}" if field.about else ""
        lines.append(f"  {cpp.member_type(field)} {field.name}{initializer(field)};{about}")
    lines.append(f"  bool operator==(const {entry.name}&) const = default;")
    lines.append("};\n")
    return "\n".join(lines)


def header(schema) -> str:
    includes = ["<array>", "<cstdint>", "<optional>", "<string>", "<string_view>", "<vector>"]
    parts = [enum_text(enum) for enum in schema.enums] + [struct_text(entry) for entry in schema.types]
    return cpp.file_text(True, includes, "\n".join(parts))
