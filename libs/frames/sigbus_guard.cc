// SPDX-License-Identifier: Apache-2.0
#include "frames/sigbus_guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <utility>

#include "base/assert.h"

namespace sdr::frames {
namespace {

// What the handler may read at any moment: `begin` is set last and cleared first, so a slot that shows one is complete.
// Only a thread that touches a mapping can fault in it, and its owner removes the slot when nobody touches it any more.
struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> writable{false};
  std::atomic<bool> damaged{false};
};

Slot slots[SigbusGuard::kSlots];
uintptr_t page_bytes = 4096;
struct sigaction previous_action;

// mmap is no function that POSIX lists as safe in handlers, but on Linux it is one system call without state of its
// own.
bool replace_lost_pages(uintptr_t address) {
  for (Slot& slot : slots) {
    const uintptr_t begin = slot.begin.load(std::memory_order_acquire);
    const uintptr_t end = slot.end.load(std::memory_order_relaxed);
    if (begin == 0 || address < begin || address >= end) continue;
    const uintptr_t page = address & ~(page_bytes - 1);  // behind a truncation every page is lost
    const int access = slot.writable.load(std::memory_order_relaxed) ? PROT_READ | PROT_WRITE : PROT_READ;
    void* zeros =
        ::mmap(reinterpret_cast<void*>(page), end - page, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    slot.damaged.store(true, std::memory_order_release);
    return zeros != MAP_FAILED;
  }
  return false;
}

void on_sigbus(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const bool replaced = replace_lost_pages(reinterpret_cast<uintptr_t>(info->si_addr));
  errno = saved_errno;
  if (replaced) return;
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    previous_action.sa_sigaction(signal, info, context);
  } else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(signal);
  } else {
    ::sigaction(SIGBUS, &previous_action, nullptr);  // the access is repeated, and now ends the process as it should
  }
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    struct sigaction action {};
    action.sa_sigaction = on_sigbus;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    SDR_ASSERT(::sigaction(SIGBUS, &action, &previous_action) == 0, "a handler for SIGBUS can always be set");
  });
}

}  // namespace

SigbusGuard::SigbusGuard(std::byte* begin, std::size_t bytes, bool writable) {
  install_handler();
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (slots[i].taken.exchange(true, std::memory_order_acquire)) continue;
    slots[i].damaged.store(false, std::memory_order_relaxed);
    slots[i].writable.store(writable, std::memory_order_relaxed);
    slots[i].end.store(reinterpret_cast<uintptr_t>(begin) + bytes, std::memory_order_relaxed);
    slots[i].begin.store(reinterpret_cast<uintptr_t>(begin), std::memory_order_release);
    slot_ = static_cast<int>(i);
    return;
  }
}

SigbusGuard::~SigbusGuard() {
  if (slot_ < 0) return;
  slots[slot_].begin.store(0, std::memory_order_relaxed);
  slots[slot_].taken.store(false, std::memory_order_release);
}

SigbusGuard::SigbusGuard(SigbusGuard&& other) noexcept : slot_(std::exchange(other.slot_, -1)) {}

SigbusGuard& SigbusGuard::operator=(SigbusGuard&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

bool SigbusGuard::damaged() const { return slot_ >= 0 && slots[slot_].damaged.load(std::memory_order_acquire); }

}  // namespace sdr::frames
