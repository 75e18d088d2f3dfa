// SPDX-License-Identifier: Apache-2.0
#include "transport/token_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file_descriptor.h"

namespace sdr::transport {
namespace {

Error refused(const std::string& what) { return Error(std::make_error_code(std::errc::permission_denied), what); }

Result<std::string> read_all(int fd, size_t most) {
  std::string text(most + 1, '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = read(fd, &text[done], text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read");
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  text.resize(done);
  return text;
}

int64_t to_ns(const timespec& time) { return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec; }

}  // namespace

TokenFile::TokenFile(std::string path, std::vector<std::string> listed)
    : path_(std::move(path)), listed_(std::move(listed)) {}

TokenFile::Mark TokenFile::look() const {
  struct stat info {};
  if (path_.empty() || stat(path_.c_str(), &info) != 0) return {};
  return {to_ns(info.st_mtim), to_ns(info.st_ctim), info.st_ino};
}

bool TokenFile::changed() const { return look() != loaded_; }

Result<TokenTable> TokenFile::load() {
  loaded_ = look();  // before it is read: what changes meanwhile is read again
  TokenTable table;
  if (!path_.empty()) {
    const Result<std::string> text = read_token_file(path_);
    if (!text) return text.error();
    Result<TokenTable> parsed = TokenTable::parse(*text);
    if (!parsed) return Error(parsed.error().code(), path_ + ": " + parsed.error().context());
    table = std::move(*parsed);
  }
  SDR_TRY(add_listed(table));
  if (!table.empty()) return table;
  return Error(std::make_error_code(std::errc::invalid_argument), path_ + ": no token stands there");
}

Status TokenFile::add_listed(TokenTable& table) const {
  for (const std::string& item : listed_) {
    const size_t colon = item.find(':');
    const std::optional<schema::Role> role = role_from(std::string_view(item).substr(0, colon));
    const Error bad(std::make_error_code(std::errc::invalid_argument), "access_tokens: expected ROLE:TOKEN");
    if (!role || colon == std::string::npos) return bad;
    const Status added = table.add(*role, std::string_view(item).substr(colon + 1));
    if (!added) return Error(added.error().code(), "access_tokens: " + added.error().context());
  }
  return Status();
}

Result<std::string> read_token_file(const std::string& path) {
  // O_NONBLOCK: a pipe in its place would hold the service up.
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0) return system_error(path);
  if (!S_ISREG(info.st_mode)) return refused(path + ": not a file");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) return refused(path + ": others may read it; chmod 600 " + path);
  if (info.st_uid != geteuid() && info.st_uid != 0) return refused(path + ": it belongs to somebody else");
  return read_all(fd.get(), TokenTable::kTextMax);
}

}  // namespace sdr::transport
