// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "transport/token_table.h"

// The tokens of a configuration: those of a file, which may change while the service runs, and those of the option.
//
// Thread: one. Bounds: TokenTable's. Errors: a file that is not there, open to others, or wrong in a line; an item of
// the list that is no ROLE:TOKEN.

namespace sdr::transport {

class TokenFile {
 public:
  /// An empty path: there is no file. Items of `listed` are ROLE:TOKEN.
  TokenFile(std::string path, std::vector<std::string> listed);

  bool configured() const { return !path_.empty() || !listed_.empty(); }
  const std::string& path() const { return path_; }
  /// Whether the file is another one than when load() last looked at it.
  bool changed() const;
  /// All of them.
  Result<TokenTable> load();

 private:
  struct Mark {
    int64_t mtime_ns = 0, ctime_ns = 0;
    uint64_t inode = 0;
    bool operator==(const Mark&) const = default;
  };
  Mark look() const;
  Status add_listed(TokenTable& table) const;

  const std::string path_;
  const std::vector<std::string> listed_;
  Mark loaded_;
};

/// The text of a file of tokens. Errors: not there, not a file, or open to anybody but its owner.
Result<std::string> read_token_file(const std::string& path);

}  // namespace sdr::transport
