// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "net/http_request.h"
#include "net/http_response.h"

// Serves the built page from a folder. A file is read when it is first asked for and again when it has changed on disk,
// so a page that is rebuilt is seen at the next load; browsers keep what they have and ask by its tag (ETag).
// Where NAME.gz stands beside NAME and is no older, a browser that takes gzip gets that.
//
// Thread: the loop's; reading a file of a page blocks for well under a millisecond. Bounds: files of 16 MiB, 64 MiB
// kept in all. A path never leaves the folder: dots are refused, and the kernel resolves it beneath the folder only.

namespace sdr::net {

class StaticFiles {
 public:
  explicit StaticFiles(std::string root) : root_(std::move(root)) {}

  /// The answer to GET or HEAD of the request's path; "/" is "/index.html".
  HttpResponse serve(const HttpRequest& request);
  /// Whether the folder holds a page.
  bool has_index();

 private:
  struct File {
    int64_t mtime_ns = 0;
    std::string etag;
    std::shared_ptr<const std::string> content;
  };

  Result<const File*> load(const std::string& path);
  const File* load_compressed(const std::string& path, const File& plain, const HttpRequest& request);

  const std::string root_;
  std::unordered_map<std::string, File> cache_;
  size_t cached_bytes_ = 0;
};

/// "text/javascript; charset=utf-8" for "/app.js"; application/octet-stream for what is not known.
std::string_view mime_type(std::string_view path);

}  // namespace sdr::net
