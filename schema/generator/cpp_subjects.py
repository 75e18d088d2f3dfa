# SPDX-License-Identifier: Apache-2.0
"""schema/subjects.h and subjects.cc: what travels where."""
from . import cpp
from .model import pascal


def header(schema) -> str:
    constants = "\n".join(f'inline constexpr std::string_view k{pascal(s["name"])} = "{s["name"]}";' for s in schema.subjects)
    body = f"""// Subjects without the namespace (SDR_NAMESPACE), which `bus` puts in front.
namespace subjects {{
{constants}
/// control.ACTION, see actions.h.
inline constexpr std::string_view kControlPrefix = "control.";
inline constexpr std::string_view kTelemetryAll = "telemetry.>";
inline constexpr std::string_view kControlAll = "control.>";
}}  // namespace subjects

/// A stream of values, of which the newest counts, or an event, of which each counts.
enum class SubjectKind : uint8_t {{ value, event }};

struct SubjectInfo {{
  std::string_view subject;
  SubjectKind kind;
  std::string_view payload_type;
  /// Whether a text is a payload of this subject. Keeps memory per thread: allocates nothing once warm.
  Status (*check)(std::string_view json);
}};

inline constexpr size_t kSubjectCount = {len(schema.subjects)};
std::span<const SubjectInfo, kSubjectCount> subject_infos();
/// Nothing for a subject that the schema does not know.
const SubjectInfo* find_subject(std::string_view subject);
"""
    includes = ["<cstddef>", "<cstdint>", "<span>", "<string_view>", "", '"base/result.h"']
    return cpp.file_text(True, includes, body)


def source(schema) -> str:
    infos = "\n".join(f'    {{"{s["name"]}", SubjectKind::{s["kind"]}, "{s["payload"]}", check<{s["payload"]}>}},'
                      for s in schema.subjects)
    body = f"""namespace {{

template <typename T>
Status check(std::string_view json) {{
  thread_local T value;
  return parse(json, value);
}}

constexpr std::array<SubjectInfo, kSubjectCount> kInfos = {{{{
{infos}
}}}};

}}  // namespace

std::span<const SubjectInfo, kSubjectCount> subject_infos() {{ return kInfos; }}

const SubjectInfo* find_subject(std::string_view subject) {{
  for (const SubjectInfo& info : kInfos) {{
    if (info.subject == subject) return &info;
  }}
  return nullptr;
}}
"""
    return cpp.file_text(False, ['"schema/subjects.h"', "", "<array>", "", '"schema/codec.h"'], body)
