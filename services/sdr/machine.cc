// SPDX-License-Identifier: Apache-2.0
#include "sdr/machine.h"

#include <sched.h>
#include <sys/resource.h>

#include <charconv>
#include <fstream>
#include <map>

namespace sdr::command {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
  std::string line;
  std::getline(std::ifstream(path), line);
  return line;
}

uint64_t number_in(const std::string& text) {
  uint64_t number = 0;
  const size_t begin = text.find_first_of("0123456789");
  if (begin != text.npos) std::from_chars(text.data() + begin, text.data() + text.size(), number);
  return number;
}

// "key<separator>value" lines; of a key that stands often, the first.
std::map<std::string, std::string> table(const fs::path& path, char separator) {
  std::map<std::string, std::string> entries;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t at = line.find(separator);
    if (at == line.npos) continue;
    std::string key = line.substr(0, at), value = line.substr(at + 1);
    key.erase(key.find_last_not_of(" \t") + 1);
    value.erase(0, std::min(value.find_first_not_of(" \t\""), value.size()));
    value.erase(value.find_last_not_of(" \t\"") + 1);
    entries.emplace(std::move(key), std::move(value));
  }
  return entries;
}

void read_cpu(const fs::path& root, Machine& machine) {
  auto cpu = table(root / "proc/cpuinfo", ':');
  machine.cpu = cpu["model name"];
  const std::string flags = " " + cpu["flags"] + " " + cpu["Features"] + " ";
  machine.avx2 = flags.find(" avx2 ") != flags.npos;
  machine.carry_less_multiply = flags.find(" pclmulqdq ") != flags.npos || flags.find(" pmull ") != flags.npos;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) machine.cores = static_cast<unsigned>(CPU_COUNT(&set));
}

std::string vendor_name(const std::string& id) {
  if (id == "0x10de") return "NVIDIA";
  if (id == "0x1002") return "AMD";
  if (id == "0x8086") return "Intel";
  return "vendor " + id;
}

void read_gpus(const fs::path& root, Machine& machine) {
  std::error_code error;  // no driver, no folder
  for (const auto& gpu : fs::directory_iterator(root / "proc/driver/nvidia/gpus", error)) {
    machine.gpus.push_back(table(gpu.path() / "information", ':')["Model"]);
  }
  for (const auto& card : fs::directory_iterator(root / "sys/class/drm", error)) {
    const std::string name = card.path().filename();
    const std::string vendor = first_line(card.path() / "device/vendor");
    if (!name.starts_with("renderD") || vendor.empty() || (vendor == "0x10de" && !machine.gpus.empty())) continue;
    machine.gpus.push_back(vendor_name(vendor) + " " + first_line(card.path() / "device/device") + " (" + name + ")");
  }
}

void read_space(const fs::path& root, Machine& machine) {
  std::error_code error;
  machine.shm_present = fs::is_directory(root / "dev/shm", error);
  if (const fs::space_info shm = fs::space(root / "dev/shm", error); !error) {
    machine.shm_bytes = shm.capacity;
    machine.shm_free_bytes = shm.available;
  }
  if (const fs::space_info disk = fs::space(fs::current_path(error), error); !error)
    machine.disk_free_bytes = disk.available;
}

}  // namespace

Machine look_at_machine(const fs::path& root) {
  Machine machine;
  read_cpu(root, machine);
  read_gpus(root, machine);
  read_space(root, machine);
  auto memory = table(root / "proc/meminfo", ':');
  machine.memory_bytes = number_in(memory["MemTotal"]) * 1024;
  machine.memory_available_bytes = number_in(memory["MemAvailable"]) * 1024;
  machine.kernel = first_line(root / "proc/sys/kernel/osrelease");
  machine.distribution = table(root / "etc/os-release", '=')["PRETTY_NAME"];
  machine.socket_backlog_max = number_in(first_line(root / "proc/sys/net/core/somaxconn"));
  machine.send_buffer_max_bytes = number_in(first_line(root / "proc/sys/net/core/wmem_max"));
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) machine.open_files_max = files.rlim_cur;
  return machine;
}

}  // namespace sdr::command
