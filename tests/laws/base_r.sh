#!/usr/bin/env bash
# Compares the laws with base R: base_r.sh VALUES_PROGRAM. Exit 77 where R is not installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v Rscript > /dev/null || { echo "skipped: needs Rscript"; exit 77; }
"$1" | Rscript --vanilla "$here/base_r.R"
