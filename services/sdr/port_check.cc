// SPDX-License-Identifier: Apache-2.0
#include "sdr/port_check.h"

#include <fcntl.h>
#include <sys/file.h>

#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

#include "base/file_descriptor.h"
#include "net/socket.h"

namespace sdr::command {
namespace {

namespace fs = std::filesystem;

// Inodes of the sockets that listen on the port, from a table as /proc/net/tcp: "sl local:port remote st ... inode".
void add_listeners(const fs::path& table, uint16_t port, std::set<std::string>& inodes) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    unsigned number = 0;
    const size_t colon = local.rfind(':');
    if (colon == local.npos || state != "0A") continue;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port) inodes.insert("socket:[" + inode + "]");
  }
}

bool holds_one_of(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;  // another user's process, or one that ended just now
  for (const auto& entry : fs::directory_iterator(process / "fd", error)) {
    const fs::path target = fs::read_symlink(entry.path(), error);
    if (!error && sockets.contains(target.string())) return true;
  }
  return false;
}

std::string loopback(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

Result<ClaimedPort> hold_port(uint16_t number) {
  Result<FileDescriptor> socket = net::bind_tcp(*net::Address::parse(loopback(number)));
  if (!socket) return socket.error();
  const Result<net::Address> address = net::local_address(socket->get());
  if (!address) return address.error();
  return ClaimedPort{address->port(), std::move(*socket)};
}

}  // namespace

Status check_port_free(std::string_view address) {
  const Result<net::Address> parsed = net::Address::parse(address);
  if (!parsed) return parsed.error();
  const Result<FileDescriptor> listener = net::listen_tcp(*parsed, 1);
  if (!listener) return listener.error();
  return Status();
}

std::string port_holder(uint16_t port, const fs::path& proc) {
  std::set<std::string> sockets;
  for (const char* table : {"net/tcp", "net/tcp6"}) add_listeners(proc / table, port, sockets);
  if (sockets.empty()) return {};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(proc, error)) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") != pid.npos || !holds_one_of(entry.path(), sockets)) continue;
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm"), name);
    return name.append(" (process ").append(pid).append(")");
  }
  return {};
}

Result<ClaimedPort> pick_port() { return hold_port(0); }

Result<ClaimedPort> claim_port(uint16_t wanted, bool may_move) {
  if (wanted == 0) return pick_port();
  const Status free = check_port_free(loopback(wanted));
  if (free) return hold_port(wanted);
  if (may_move) return pick_port();
  return free.error();
}

// The writer holds flock(2) on the ring's file (frames.md); asking for a share of it tells, and is given back at once.
bool is_ring_held(const fs::path& ring) {
  const FileDescriptor file(::open(ring.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace sdr::command
