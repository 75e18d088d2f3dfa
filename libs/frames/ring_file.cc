// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "frames/errc.h"

namespace sdr::frames {
namespace {

constexpr int kOpenAttempts = 16;  // each one lost to another writer that made progress
constexpr mode_t kFileMode = 0644;

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

bool path_names(const std::string& path, const FileIdentity& identity) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && identity_of(status) == identity;
}

Status lock(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) return Error(FramesErrc::kLocked, path);
  return system_error("locking " + path);
}

void initialise(const RingMemory& ring) {
  constexpr auto kRelaxed = std::memory_order_relaxed;  // nobody sees the file before the rename
  ring.version().store(kVersion, kRelaxed);
  ring.stored_data_size().store(ring.data_size(), kRelaxed);
  ring.newest_keyframe().store(kNoPosition, kRelaxed);
  ring.magic().store(kMagic, kRelaxed);
}

// Opens `PATH.new`, left by a writer that died or made now, and empties it, once the lock says that it is ours.
Result<FileDescriptor> open_new_file(const std::string& name) {
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    FileDescriptor fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
    if (!fd) return system_error("making " + name);
    SDR_TRY(lock(fd.get(), name));
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return system_error(name);
    if (!path_names(name, identity_of(status)))
      continue;  // renamed into place by another writer before we had the lock
    if (::ftruncate(fd.get(), 0) != 0) return system_error("emptying " + name);
    return fd;
  }
  return Error(FramesErrc::kLocked, name);
}

Result<WritableRing> make_ring(const std::string& name, std::size_t bytes) {
  auto fd = open_new_file(name);
  if (!fd) return fd.error();
  WritableRing ring;
  ring.fd = std::move(*fd);
  ring.made = true;
  if (const int error = ::posix_fallocate(ring.fd.get(), 0, static_cast<off_t>(bytes)); error != 0) {
    ::unlink(name.c_str());
    return system_error("allocating " + std::to_string(bytes) + " bytes for the ring " + name, error);
  }
  auto memory = RingMemory::map(ring.fd.get(), bytes, Access::kReadWrite);
  if (!memory) return memory.error();
  ring.memory = std::move(*memory);
  initialise(ring.memory);
  struct stat status {};
  if (::fstat(ring.fd.get(), &status) != 0) return system_error(name);
  ring.identity = identity_of(status);
  return ring;
}

// Puts a new ring at the path. Nothing where another file appeared there meanwhile and was not to be replaced.
Result<std::optional<WritableRing>> put_new_ring(const std::string& path, std::size_t bytes, unsigned rename_flags) {
  const std::string name = path + ".new";
  auto ring = make_ring(name, bytes);
  if (!ring) return ring.error();
  if (::renameat2(AT_FDCWD, name.c_str(), AT_FDCWD, path.c_str(), rename_flags) == 0)
    return std::optional(std::move(*ring));
  const int error = errno;
  ::unlink(name.c_str());
  if (error == EEXIST) return std::optional<WritableRing>();
  return system_error("putting the ring at " + path, error);
}

// A file without our magic may be anybody's. In a memory file system nothing is precious; elsewhere it is kept under
// another name, since SDR_SHM_PATH may name it by mistake.
Status set_aside_foreign(int fd, const std::string& path) {
  struct statfs system {};
  if (::fstatfs(fd, &system) == 0 && system.f_type == TMPFS_MAGIC) return {};
  const std::string aside = path + ".not-a-ring";
  if (::link(path.c_str(), aside.c_str()) == 0) return {};
  return Error(FramesErrc::kNotARing, path + " (and it cannot be kept as " + aside + ")");
}

bool has_magic(int fd, uint64_t file_bytes) {
  uint64_t magic = 0;
  const auto at = static_cast<off_t>(file_bytes - kTrailerBytes + kMagicAt);
  return file_bytes >= kTrailerBytes && ::pread(fd, &magic, sizeof(magic), at) == sizeof(magic) && magic == kMagic;
}

std::optional<WritableRing> continue_ring(FileDescriptor& fd, const struct stat& status, std::size_t bytes) {
  if (static_cast<uint64_t>(status.st_size) != bytes) return std::nullopt;
  auto memory = RingMemory::map(fd.get(), bytes, Access::kReadWrite);
  if (!memory || !memory->trailer_is_sound()) return std::nullopt;
  const auto position = recover(*memory);
  if (!position || memory->damaged()) return std::nullopt;
  return WritableRing{std::move(fd), std::move(*memory), identity_of(status), *position, false};
}

// One attempt; nothing where another writer was faster somewhere and the path has to be looked at again.
Result<std::optional<WritableRing>> try_open(const std::string& path, std::size_t bytes, const FileIdentity& ours) {
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ENOENT) return put_new_ring(path, bytes, RENAME_NOREPLACE);
  if (!fd && (errno == EISDIR || errno == ELOOP || errno == ENXIO)) return Error(FramesErrc::kBadPath, path);
  if (!fd) return system_error("opening the ring " + path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_error(path);
  if (!S_ISREG(status.st_mode)) return Error(FramesErrc::kBadPath, path);
  SDR_TRY(lock(fd.get(), path));
  if (!path_names(path, identity_of(status))) return std::optional<WritableRing>();
  if (auto ring = continue_ring(fd, status, bytes)) return std::optional(std::move(*ring));
  const auto file_bytes = static_cast<uint64_t>(status.st_size);
  const bool foreign = file_bytes != 0 && !has_magic(fd.get(), file_bytes) && identity_of(status) != ours;
  if (foreign) SDR_TRY(set_aside_foreign(fd.get(), path));
  return put_new_ring(path, bytes, 0);  // while `fd` holds the lock of the old file
}

}  // namespace

Result<WritableRing> open_writable_ring(const std::string& path, std::size_t bytes, const FileIdentity& ours) {
  if (path.empty()) return Error(FramesErrc::kBadPath, "the ring's path is empty");
  if (!is_ring_size(bytes)) return Error(FramesErrc::kBadSize, path + ", " + std::to_string(bytes) + " bytes");
  std::error_code error;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) return Error(error, "making the folder " + folder.string());
  for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
    auto ring = try_open(path, bytes, ours);
    if (!ring) return ring.error();
    if (*ring) return std::move(**ring);
  }
  return Error(FramesErrc::kLocked, path);
}

bool is_in_place(const std::string& path, const FileIdentity& identity, std::size_t bytes) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && identity_of(status) == identity &&
         static_cast<uint64_t>(status.st_size) == bytes;
}

}  // namespace sdr::frames
