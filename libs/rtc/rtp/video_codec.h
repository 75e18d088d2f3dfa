// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sdr::rtc {

/// What is packetised and negotiated. Here and not in the description's part, which stands above this one.
enum class VideoCodec : uint8_t { kH264, kHevc };

}  // namespace sdr::rtc
