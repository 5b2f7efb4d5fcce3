#!/usr/bin/env bash
# Compares the estimators with R's package survival: survival.sh VALUES_PROGRAM PART. Exit 77 where it is not installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v Rscript > /dev/null || { echo "skipped: needs Rscript"; exit 77; }
Rscript --vanilla -e 'quit(status = !requireNamespace("survival", quietly = TRUE))' ||
  { echo "skipped: needs R's package survival"; exit 77; }
Rscript --vanilla "$here/survival_$2.R" "$1" "$here"
