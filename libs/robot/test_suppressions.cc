// SPDX-License-Identifier: Apache-2.0

// Mesa's software renderer was not built with the thread sanitizer, which therefore misses how its threads hand over
// work. The sanitizer asks this function, where it is linked in, whose races are not ours: those inside Mesa.
extern "C" const char* __tsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __tsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "race:swrast_dri.so\nrace:libgallium\n";
}
