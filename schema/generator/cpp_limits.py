# SPDX-License-Identifier: Apache-2.0
"""schema/limits.h: numbers that both ends keep to."""
from . import cpp
from .model import pascal


def header(schema) -> str:
    lines = []
    for limit in schema.limits:
        lines.append(f"/// {limit['about']}")
        lines.append(f"inline constexpr uint32_t k{pascal(limit['name'])} = {limit['value']};")
    return cpp.file_text(True, ["<cstdint>"], "\n".join(lines) + "\n")
