// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/nal_units.h"

namespace sdr::rtc {

size_t NalWalk::after_start_code(size_t from) const {
  // Looks at each third byte first: most are above 1, and no start code can then end at it or at the two before.
  for (size_t i = from + 2; i < stream_.size();) {
    if (stream_[i] > 1) {
      i += 3;
    } else if (stream_[i] == 1 && stream_[i - 1] == 0 && stream_[i - 2] == 0) {
      return i + 1;
    } else {
      ++i;
    }
  }
  return stream_.size() + 3;
}

std::optional<std::span<const uint8_t>> NalWalk::next() {
  while (next_ <= stream_.size()) {
    const size_t begin = next_;
    next_ = after_start_code(begin);
    size_t end = next_ <= stream_.size() ? next_ - 3 : stream_.size();
    while (end > begin && stream_[end - 1] == 0) --end;
    if (end > begin) return stream_.subspan(begin, end - begin);
  }
  return std::nullopt;
}

bool is_left_out(VideoCodec codec, uint8_t type) {
  constexpr uint8_t kH264Delimiter = 9, kH264Filler = 12, kHevcDelimiter = 35, kHevcFiller = 38;
  return codec == VideoCodec::kH264 ? type == kH264Delimiter || type == kH264Filler
                                    : type == kHevcDelimiter || type == kHevcFiller;
}

bool is_random_access(VideoCodec codec, uint8_t type) {
  return codec == VideoCodec::kH264 ? type == 5 : type >= 16 && type <= 21;
}

}  // namespace sdr::rtc
