# SPDX-License-Identifier: Apache-2.0
# `./sdr format`: C++ as .clang-format says. Version 14, since versions differ in details.

. scripts/packages.sh

cxx_sources() {
  find libs services schema bench fuzz tests \( -name '*.h' -o -name '*.cc' \) -print0 | sort -z
}

sdr_format() {
  if [ "${1:-}" = --help ]; then
    echo "usage: ./sdr format"
    echo
    echo "Rewrites the C++ sources as .clang-format says, with clang-format 14."
    return
  fi
  ensure_packages format
  command -v clang-format-14 >/dev/null || die "clang-format 14 is not to be had here, and others format differently"
  cxx_sources | xargs -0 clang-format-14 -i
  done_step format "$(cxx_sources | tr -cd '\0' | wc -c) files"
}
