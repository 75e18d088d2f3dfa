// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "video/access_unit.h"
#include "video/nal.h"
#include "video/sps.h"

// Byte streams from anywhere: walking over them, parsing and rewriting their parameter sets, making them uniform. The
// first byte chooses the codec. Besides staying within bounds: what was rewritten parses, promises no reordering, and
// needs no second rewriting; a keyframe that comes out is one to whoever looks at it alone.

namespace {

using sdr::video::Codec;

void check_parameter_set(Codec codec, std::span<const uint8_t> nal) {
  const auto before = sdr::video::parse_sps(codec, nal);
  std::vector<uint8_t> once;
  const auto changed = sdr::video::append_without_reordering(codec, nal, once);
  if (!changed) {
    SDR_ASSERT(once.empty(), "output in spite of an error");
    return;
  }
  constexpr size_t kLargestSet = 4096;
  if (once.size() > kLargestSet) return;
  std::vector<uint8_t> twice;
  const auto changed_again = sdr::video::append_without_reordering(codec, once, twice);
  SDR_ASSERT(changed_again.ok() && !*changed_again, "a rewritten set needs rewriting");
  SDR_ASSERT(once == twice, "a set changed though none was needed");
  if (!before) return;
  const auto after = sdr::video::parse_sps(codec, once);
  SDR_ASSERT(after.ok() && after->max_num_reorder == 0u, "a rewritten SPS allows reordering");
  SDR_ASSERT(after->width == before->width && after->codec_string == before->codec_string, "an SPS lost its meaning");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto codec = static_cast<Codec>(1 + data[0] % 3);
  const std::span<const uint8_t> stream(data + 1, size - 1);
  size_t end = 0;
  sdr::video::AnnexBReader reader(stream);
  while (const auto nal = reader.next()) {
    SDR_ASSERT(!nal->bytes.empty() && nal->offset >= end, "NAL units overlap or are empty");
    end = static_cast<size_t>(nal->bytes.data() - stream.data()) + nal->bytes.size();
    SDR_ASSERT_OP(end, <=, stream.size());
    check_parameter_set(codec, nal->bytes);
  }
  sdr::video::AccessUnitNormalizer normalizer(codec);
  for (int round = 0; round < 2; ++round) {
    const auto out = normalizer.normalize(stream);
    if (out && out->keyframe) SDR_ASSERT(sdr::video::inspect(codec, out->bytes).keyframe(), "a keyframe that is none");
  }
  return 0;
}
