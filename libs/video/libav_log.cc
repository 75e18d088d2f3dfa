// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>

#include "video/libav.h"

extern "C" {
#include <libavutil/log.h>
}

// FFmpeg explains a failure only in its log ("Cannot load libcuda.so.1") and gives back a bare number. The explanation
// is what a person needs to know, so the first one is kept for the error's context.

namespace sdr::video::libav {
namespace {

thread_local std::array<char, 256> first_complaint{};

void keep_first(void* /*object*/, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR || first_complaint[0] != '\0') return;
  std::vsnprintf(first_complaint.data(), first_complaint.size(), format, arguments);
}

}  // namespace

void capture_log() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(keep_first); });
}

void forget_log() { first_complaint[0] = '\0'; }

std::string words_for(int error_number) {
  std::string words(first_complaint.data());
  while (!words.empty() && (words.back() == '\n' || words.back() == '.' || words.back() == ' ')) words.pop_back();
  if (!words.empty()) return words;
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error_number, text.data(), text.size());
  return text.data();
}

}  // namespace sdr::video::libav
