#!/usr/bin/env bash
# Opens a sample file in a tool outside Python: tool.sh ncdump|r SAMPLE_PROGRAM. Exit 77, with the name of
# what is missing, where the tool is not installed.
set -euo pipefail
tool=$1 sample=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
skip() { echo "skipped: needs $1"; exit 77; }

case $tool in
ncdump)
    command -v ncdump > /dev/null || skip ncdump
    "$sample" tables "$folder/out.h5" 20000
    ncdump -h "$folder/out.h5" > "$folder/header"
    for line in 'strategy = 2 ;' 'double survival(scenario, draw, strategy, time) ;' \
        'string survival:units = "1" ;' ':format_version = 1 ;' 'group: now {' \
        'patient = UNLIMITED ; // (20000 currently)' 'double age(patient) ;'; do
        grep -qF "$line" "$folder/header" || { echo "ncdump does not show: $line"; exit 1; }
    done
    ncdump -v strategy "$folder/out.h5" > "$folder/data"
    grep -qF 'strategy = "now", "läter" ;' "$folder/data"
    ;;
r)
    command -v Rscript > /dev/null || skip Rscript
    Rscript -e 'if (!requireNamespace("rhdf5", quietly = TRUE)) quit(status = 77)' \
        || skip "the R package rhdf5"
    "$sample" tables "$folder/out.h5" 20000
    Rscript "$here/readers.R" "$folder/out.h5"
    ;;
esac
