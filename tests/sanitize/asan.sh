#!/usr/bin/env bash
# Everything once under the address and undefined-behaviour sanitizers: unit tests, then each verb on the
# main experiment.   asan.sh SOURCE_FOLDER BUILD_FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/sanitize/session.sh
. "$here/session.sh"
source=$1 build=$2
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
can_compile cc address,undefined || { echo "skipped: needs a C compiler with the address sanitizer"; exit 77; }
build_with "$source" "$build" all -DSQ_SANITIZE=address,undefined
ctest --test-dir "$build" --output-on-failure -R '^test_' --parallel 2
every_verb "$source" "$build/sequela" 5000
echo "asan: nothing found"
