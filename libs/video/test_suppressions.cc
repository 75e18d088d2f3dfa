// SPDX-License-Identifier: Apache-2.0

// libx265 3.5 loses some 10 kB each time that it is opened and closed, whatever its settings. The leak sanitizer asks
// this function, where it is linked in, whose leaks are not ours.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libx265.so\n";
}
