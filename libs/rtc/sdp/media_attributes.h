// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "rtc/sdp/session_description.h"

// The attributes of a media section, one at a time. A part of parse_sdp() and of the fragments' parser.
//
// Thread: any.

namespace sdr::rtc {

enum class AttributeState { kTaken, kUnknown, kBad, kTooMany };

/// Takes "name" and "value" of "a=name:value" into the section. Unknown names are none of our business.
AttributeState take_media_attribute(MediaSection& section, std::string_view name, std::string_view value);

}  // namespace sdr::rtc
