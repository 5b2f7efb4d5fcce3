#!/usr/bin/env bash
# Building and testing write nothing outside build and result folders: in a fresh copy of the sources, under
# git, everything is built, the quick tests run, the program writes its default result, and git then sees no
# new and no changed file.   clean_tree.sh SOURCE_FOLDER
set -euo pipefail
source=$1
skip() { echo "skipped: needs $1"; exit 77; }
for tool in git cmake ctest; do command -v "$tool" > /dev/null || skip "$tool"; done
git -C "$source" rev-parse --is-inside-work-tree > /dev/null 2>&1 || skip "a git checkout"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
copy="$folder/sequela"
mkdir "$copy"
git -C "$source" ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' name; do
    [ ! -e "$source/$name" ] || printf '%s\0' "$name"
done | tar -C "$source" --null -T - -c | tar -C "$copy" -x
git -C "$copy" init -q
git -C "$copy" add -A
git -C "$copy" -c user.name=test -c user.email=test@localhost commit -q -m "As it was"

cd "$copy"
if ! { cmake --preset release && cmake --build --preset release --parallel 2; } > "$folder/log" 2>&1; then
    tail -n 40 "$folder/log"
    echo "FAILED the build of a copy"
    exit 1
fi
ctest --test-dir build/release -L quick --parallel 2 > "$folder/tests" 2>&1 \
    || { tail -n 40 "$folder/tests"; echo "FAILED the quick tests of a copy"; exit 1; }
./build/release/sequela run configs/sick_sicker.yaml -n 1000 --quiet > /dev/null
left=$(git status --porcelain)
[ -z "$left" ] || { echo "FAILED the source tree is not as it was:"; echo "$left"; exit 1; }
echo "clean tree: nothing was written outside build and results"
