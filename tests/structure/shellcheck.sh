#!/usr/bin/env bash
# Every shell script of the repository is clean under shellcheck.
set -euo pipefail
command -v shellcheck >/dev/null || { echo "skipped: shellcheck is not installed"; exit 77; }
{ git ls-files '*.sh'; echo bootstrap; echo .ci/run; } | xargs shellcheck
