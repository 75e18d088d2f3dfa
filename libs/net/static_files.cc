// SPDX-License-Identifier: Apache-2.0
#include "net/static_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/file_descriptor.h"
#include "net/errc.h"

namespace sdr::net {
namespace {

constexpr size_t kFileMax = 16 << 20, kCacheMax = 64 << 20;

struct MimeType {
  std::string_view extension;
  std::string_view type;
};

constexpr MimeType kMimeTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
    {".glb", "model/gltf-binary"},
};

/// Opens a file beneath the folder: no way out of it through links or dots.
FileDescriptor open_beneath(const std::string& root, const std::string& path) {
  const FileDescriptor folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return {};
  const char* relative = path.c_str() + 1;  // decode_path() promises the leading '/'
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long fd = syscall(SYS_openat2, folder.get(), relative, &how, sizeof how);
  if (fd >= 0) return FileDescriptor(static_cast<int>(fd));
  if (errno != ENOSYS && errno != EPERM) return {};
  return FileDescriptor(openat(folder.get(), relative, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
}

Result<std::string> read_all(int fd, size_t size) {
  std::string content(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t got = read(fd, &content[done], size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read");
    if (got == 0) break;  // it is being rewritten; what is there is served, under a tag that will not match later
    done += static_cast<size_t>(got);
  }
  content.resize(done);
  return content;
}

int64_t mtime_ns(const struct stat& info) {
  return info.st_mtim.tv_sec * int64_t{1'000'000'000} + info.st_mtim.tv_nsec;
}

}  // namespace

std::string_view mime_type(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot != std::string_view::npos) {
    for (const MimeType& known : kMimeTypes) {
      if (equals_ignoring_case(path.substr(dot), known.extension)) return known.type;
    }
  }
  return "application/octet-stream";
}

Result<const StaticFiles::File*> StaticFiles::load(const std::string& path) {
  const FileDescriptor fd = open_beneath(root_, path);
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return Error(NetError::kNotFound, path);
  const auto size = static_cast<size_t>(info.st_size);
  if (size > kFileMax) return Error(NetError::kTooLarge, path);
  File& file = cache_[path];
  if (file.content && file.mtime_ns == mtime_ns(info) && file.content->size() == size) return &file;
  if (file.content) cached_bytes_ -= file.content->size();
  Result<std::string> content = read_all(fd.get(), size);
  if (!content) {
    cache_.erase(path);
    return content.error();
  }
  std::array<char, 64> tag;
  std::snprintf(tag.data(), tag.size(), "\"%llx-%zx\"", static_cast<unsigned long long>(mtime_ns(info)), size);
  file = {mtime_ns(info), tag.data(), std::make_shared<const std::string>(std::move(*content))};
  cached_bytes_ += file.content->size();
  return &file;
}

const StaticFiles::File* StaticFiles::load_compressed(const std::string& path, const File& plain,
                                                      const HttpRequest& request) {
  if (!request.header_has_token("Accept-Encoding", "gzip")) return nullptr;
  const Result<const File*> compressed = load(path + ".gz");
  return compressed && compressed.value()->mtime_ns >= plain.mtime_ns ? compressed.value() : nullptr;
}

bool StaticFiles::has_index() { return load("/index.html").ok(); }

HttpResponse StaticFiles::serve(const HttpRequest& request) {
  if (request.method != HttpMethod::kGet && request.method != HttpMethod::kHead) {
    return HttpResponse::method_not_allowed("GET, HEAD");
  }
  Result<std::string> path = decode_path(request.path);
  if (!path) return HttpResponse::error(400, "that path is not served");
  if (path->back() == '/') path->append("index.html");
  if (cached_bytes_ > kCacheMax) {
    cache_.clear();
    cached_bytes_ = 0;
  }
  const Result<const File*> found = load(*path);
  if (!found) return HttpResponse::error(404, "");
  const File plain = *found.value();  // by value: loading another file may move the cache
  const File* compressed = load_compressed(*path, plain, request);
  const File& file = compressed != nullptr ? *compressed : plain;

  HttpResponse response;
  response.content_type = mime_type(*path);
  response.shared_body = file.content;
  response.add_header("ETag", file.etag).add_header("Cache-Control", "no-cache").add_header("Vary", "Accept-Encoding");
  if (compressed != nullptr) response.add_header("Content-Encoding", "gzip");
  if (request.header_has_token("If-None-Match", file.etag)) response.status = 304;
  return response;
}

}  // namespace sdr::net
