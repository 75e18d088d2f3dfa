// SPDX-License-Identifier: Apache-2.0
#include "sdr/log_file.h"

#include <fcntl.h>

#include <filesystem>

#include "schema/json_value.h"

namespace sdr::command {
namespace {

constexpr size_t kLineMax = 4096;

struct Words {
  std::string text;
  bool is_error = false;
};

// Our services write JSON; nats-server writes "[pid] date [LVL] text".
Words words_of(std::string_view line) {
  if (line.starts_with('{')) {
    schema::JsonParser parser;
    if (const auto json = parser.parse(line); json && json->is_object()) {
      const auto message = json->find("message"), level = json->find("level");
      if (message && message->text()) {
        return {std::string(*message->text()), level && level->text() == std::string_view("error")};
      }
    }
  }
  const bool is_error =
      line.find("[ERR]") != line.npos || line.find("[FTL]") != line.npos || line.find("error") != line.npos;
  return {std::string(line), is_error};
}

}  // namespace

Status LogFile::open() {
  std::error_code ignored;  // there is nothing to move at the first start
  std::filesystem::rename(path_, path_ + ".1", ignored);
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
  size_ = 0;
  if (!file_) return system_error(path_);
  return Status();
}

void LogFile::append(std::string_view bytes) {
  write(bytes);
  partial_.append(bytes);
  size_t begin = 0;
  for (size_t end; (end = partial_.find('\n', begin)) != partial_.npos; begin = end + 1) {
    remember(std::string_view(partial_).substr(begin, end - begin));
  }
  partial_.erase(0, begin);
  if (partial_.size() > kLineMax) {
    remember(partial_);
    partial_.clear();
  }
}

void LogFile::write(std::string_view bytes) {
  if (size_ > 0 && size_ + bytes.size() > size_max_ && !open()) file_.reset();
  const ssize_t written = file_ ? ::write(file_.get(), bytes.data(), bytes.size()) : 0;
  const size_t kept = written > 0 ? static_cast<size_t>(written) : 0;
  size_ += kept;
  dropped_bytes_ += bytes.size() - kept;
}

void LogFile::remember(std::string_view line) {
  if (line.empty()) return;
  Words words = words_of(line);
  (words.is_error ? last_error_ : last_line_) = std::move(words.text);
}

void LogFile::forget() {
  partial_.clear();
  last_line_.clear();
  last_error_.clear();
}

}  // namespace sdr::command
