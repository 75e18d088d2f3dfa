// SPDX-License-Identifier: Apache-2.0
#include "frames/crc32.h"

#include <gtest/gtest.h>

#include "frames/crc32_kernels.h"
#include "frames/testing.h"

namespace sdr::frames {
namespace {

class Crc32KernelTest : public ::testing::TestWithParam<Crc32Kernel> {
 protected:
  void SetUp() override {
    if (!GetParam().usable) GTEST_SKIP() << "this processor has no " << GetParam().name;
  }
};

TEST(Crc32, KnowsTheCheckValueOfTheCatalogues) {
  const auto* digits = reinterpret_cast<const std::byte*>("123456789");
  EXPECT_EQ(crc32_of({digits, 9}), 0xcbf43926u);
}

TEST(Crc32, OfNothingIsZero) { EXPECT_EQ(crc32_of({}), 0u); }

TEST(Crc32, ContinuesFromAnEarlierPart) {
  const auto payload = testing::make_payload(1, 5000);
  const std::span<const std::byte> bytes(payload);
  EXPECT_EQ(crc32_of(bytes.subspan(1234), crc32_of(bytes.first(1234))), crc32_of(bytes));
}

TEST_P(Crc32KernelTest, AgreesWithZlibForEveryLengthAndAlignment) {
  const auto payload = testing::make_payload(2, 2048 + 64);
  for (std::size_t start : {0, 1, 7, 63}) {
    for (std::size_t count = 0; count <= 2048; ++count) {
      const std::byte* bytes = payload.data() + start;
      ASSERT_EQ(GetParam().crc32(bytes, count, 0x12345678), crc32_zlib(bytes, count, 0x12345678))
          << count << " bytes from " << start;
    }
  }
}

TEST_P(Crc32KernelTest, AgreesWithZlibOnALargeFrame) {
  const auto payload = testing::make_payload(3, 1'000'003);
  EXPECT_EQ(GetParam().crc32(payload.data(), payload.size(), 0), crc32_zlib(payload.data(), payload.size(), 0));
}

TEST_P(Crc32KernelTest, CopiesAndChecksEveryLength) {
  const auto payload = testing::make_payload(4, 2048 + 8);
  std::vector<uint64_t> shared(payload.size() / 8);
  std::memcpy(shared.data(), payload.data(), payload.size());
  const auto* from = reinterpret_cast<const std::byte*>(shared.data());
  for (std::size_t count = 0; count <= 2048; ++count) {
    std::vector<std::byte> to(count + 1, std::byte{0x5a});
    ASSERT_EQ(GetParam().checked_copy(to.data(), from, count), crc32_zlib(from, count, 0)) << count;
    ASSERT_EQ(std::memcmp(to.data(), from, count), 0) << count;
    ASSERT_EQ(to[count], std::byte{0x5a}) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Crc32KernelTest,
                         ::testing::Values(crc32_zlib_kernel(), crc32_pclmul_kernel(), crc32_vpclmul_kernel()),
                         [](const auto& kernel) { return std::string(kernel.param.name); });

}  // namespace
}  // namespace sdr::frames
