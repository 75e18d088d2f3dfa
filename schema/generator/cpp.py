# SPDX-License-Identifier: Apache-2.0
"""What every generated C++ file has in common, and how the schema's types read in C++."""

CPP_TYPES = {"u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "i32": "int32_t",
             "i64": "int64_t", "f64": "double", "f32": "float", "bool": "bool", "string": "std::string"}
NOTICE = "// SPDX-License-Identifier: Apache-2.0\n// Generated from schema/bus.json by schema/generate.py.\n"


def file_text(pragma: bool, includes: list, body: str) -> str:
    lines = [NOTICE + ("#pragma once\n" if pragma else "")]
    lines.append("".join(f"#include {include}\n" if include else "\n" for include in includes))
    return "\n".join(lines) + f"\nnamespace sdr::schema {{\n\n{body}\n}}  // namespace sdr::schema\n"


def identifier(word: str) -> str:
    return word + "_" if word in ("auto", "operator") else word


def element_type(field) -> str:
    return CPP_TYPES.get(field.base, field.base)


def value_type(field) -> str:
    """Without std::optional around it."""
    if field.is_list:
        return f"std::vector<{element_type(field)}>"
    if field.fixed_count:
        return f"std::array<{element_type(field)}, {field.fixed_count}>"
    return element_type(field)


def member_type(field) -> str:
    inner = value_type(field)
    return f"std::optional<{inner}>" if field.optional or field.nullable else inner


def literal(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
