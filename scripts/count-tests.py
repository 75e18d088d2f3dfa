#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a JUnit file that ctest wrote. usage: count-tests.py FILE prints "PASSED FAILED SKIPPED"; with --explain it
prints what the failed tests said, and why tests were skipped."""

import re
import sys
import xml.etree.ElementTree as tree

OUTPUT_MAX = 4000


def main():
    explain, path = "--explain" in sys.argv, sys.argv[-1]
    passed, failed, skipped = 0, [], []
    for case in tree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.get("status") == "fail":
            failed.append(case)
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped.append(case)
        else:
            passed += 1
    if not explain:
        print(passed, len(failed), len(skipped))
        return
    for case in failed:
        print(f"--- failed: {case.get('name')}\n{(case.findtext('system-out') or '')[-OUTPUT_MAX:]}")
    for case in skipped:
        said = (case.findtext("system-out") or "").strip()
        reason = re.search(r"Skipped\s*\n(.*)", said)  # as GoogleTest says it; another program's last line is its reason
        print(f"  skipped: {case.get('name')}: {reason.group(1) if reason else said.rpartition(chr(10))[2] or 'no reason given'}")


if __name__ == "__main__":
    main()
