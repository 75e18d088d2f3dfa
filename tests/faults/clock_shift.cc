// SPDX-License-Identifier: Apache-2.0
// Put in front of a program (LD_PRELOAD), it gives that program a wall clock that jumps: CLOCK_REALTIME is shifted by
// the seconds that stand in the file named by SDR_FAULT_CLOCK, which may change at any time. The monotonic clock is
// left alone, as the kernel leaves it when somebody sets the time. Waits until a wall-clock time are shifted back, so
// that they end when the program means them to.
//
// Thread: any; the offset is read from a shared mapping, so a look at the clock costs no system call.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr int64_t kWallClock = 1'000'000'000;  // seconds; a monotonic clock shows less for thirty years after boot

int64_t offset_s() {
  static const volatile int64_t* const offset = []() -> const volatile int64_t* {
    static const int64_t none = 0;
    const char* const path = std::getenv("SDR_FAULT_CLOCK");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return &none;
    void* const page = mmap(nullptr, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return page == MAP_FAILED ? &none : static_cast<const volatile int64_t*>(page);
  }
  ();
  return *offset;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) {
  static const auto real = next<int (*)(clockid_t, timespec*)>("clock_gettime");
  const int result = real(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += offset_s();
  return result;
}

int gettimeofday(timeval* __restrict time, void* __restrict zone) {
  static const auto real = next<int (*)(timeval*, void*)>("gettimeofday");
  const int result = real(time, zone);
  if (result == 0) time->tv_sec += offset_s();
  return result;
}

time_t time(time_t* out) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  using Wait = int (*)(pthread_cond_t*, pthread_mutex_t*, const timespec*);
  static const auto real = next<Wait>("pthread_cond_timedwait");
  timespec meant = *until;
  if (meant.tv_sec > kWallClock) meant.tv_sec -= offset_s();
  return real(condition, mutex, &meant);
}

}  // extern "C"
