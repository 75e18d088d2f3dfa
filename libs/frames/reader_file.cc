// SPDX-License-Identifier: Apache-2.0
#include "frames/reader_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file_descriptor.h"
#include "frames/errc.h"

namespace sdr::frames {

Result<ReadableRing> open_readable_ring(const std::string& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not hold us
  if (!fd) return system_error("opening the ring " + path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_error(path);
  const auto bytes = static_cast<uint64_t>(status.st_size);
  if (!S_ISREG(status.st_mode)) return Error(FramesErrc::kBadPath, path);
  if (!is_ring_size(bytes)) return Error(FramesErrc::kNotARing, path + ", of " + std::to_string(bytes) + " bytes");
  auto memory = RingMemory::map(fd.get(), bytes, Access::kRead);
  if (!memory) return memory.error();
  if (!memory->trailer_is_sound()) return Error(FramesErrc::kNotARing, path + ", by its trailer");
  return ReadableRing{std::move(*memory), {status.st_dev, status.st_ino}};
}

bool is_replaced(const std::string& path, const FileIdentity& identity) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && FileIdentity{status.st_dev, status.st_ino} != identity;
}

}  // namespace sdr::frames
