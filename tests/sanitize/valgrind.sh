#!/usr/bin/env bash
# A small run and the other verbs under valgrind: reads of uninitialised memory, which the sanitizers do
# not see, and leaks.   valgrind.sh SOURCE_FOLDER PROGRAM
set -euo pipefail
source=$1 program=$2
command -v valgrind > /dev/null || { echo "skipped: needs valgrind"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# gcc's OpenMP runtime keeps its threads' memory until the process ends: "possibly lost", which is not an
# error here; what is definitely lost is.
check() {
    valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
        --show-leak-kinds=definite,indirect "$program" "$@" > out.txt 2> err.txt \
        || { cat err.txt; echo "FAILED under valgrind: sequela $*"; exit 1; }
}
# A file that is only partly written, or bytes never set, would show when it is read again.
check run "$source/configs/blina_timing.yaml" -n 200 -j 2 -o out.h5 --quiet
check summary out.h5
check digest out.h5
check trace "$source/configs/blina_timing.yaml" --patient 3 --strategy B2
check check "$source/configs/sick_sicker.yaml"
echo "valgrind: nothing found"
