#!/usr/bin/env bash
# Everything once under the address and undefined-behaviour sanitizers: unit tests, then each verb on the
# main experiment.   asan.sh SOURCE_FOLDER BUILD_FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/sanitize/session.sh
. "$here/session.sh"
source=$1 build=$2
# gcc before 12.4 puts vectors of 64 bytes where only 32 divide the address on the stack that finds use after return
# (GCC bug 110027), which an AVX-512 store does not bear: that check is clang's.
compiler=cc after_return=0
if can_compile clang address,undefined -fopenmp; then compiler=clang after_return=1; fi
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=$after_return
export UBSAN_OPTIONS=print_stacktrace=1
can_compile "$compiler" address,undefined || { echo "skipped: needs a C compiler with the address sanitizer"; exit 77; }
build_with "$source" "$build" all -DSQ_SANITIZE=address,undefined "-DCMAKE_C_COMPILER=$compiler"
ctest --test-dir "$build" --output-on-failure -R '^test_' --parallel 2
every_verb "$source" "$build/sequela" 5000
echo "asan: nothing found"
