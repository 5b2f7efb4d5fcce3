#!/usr/bin/env bash
# Runs of several threads under the thread sanitizer.   tsan.sh SOURCE_FOLDER BUILD_FOLDER
#
# The sanitizer does not know that an OpenMP barrier orders memory: the runtime library is not
# instrumented. LLVM's runtime tells it through Archer (libarcher.so), which is loaded as an OMPT tool;
# gcc's runtime has nothing of the kind, so clang and libomp are needed. With Archer no suppression is
# needed: what is reported is a race of ours. ignore_noninstrumented_modules leaves out what happens inside
# libomp and HDF5 themselves.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/sanitize/session.sh
. "$here/session.sh"
source=$1 build=$2
can_compile clang thread -fopenmp || { echo "skipped: needs clang with libomp and the thread sanitizer"; exit 77; }
archer="$(clang -print-resource-dir)/../../libarcher.so"
[ -f "$archer" ] || { echo "skipped: needs libarcher.so (Debian: libomp-dev)"; exit 77; }
export OMP_TOOL_LIBRARIES=$archer
export TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1
export ARCHER_OPTIONS=verbose=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# First the tool itself: it must see a race, and must not see one where a critical section keeps order.
for order in "" "_Pragma(\"omp critical\")"; do
    printf '#include <stdio.h>\nint main(void) { int n = 0;\n_Pragma("omp parallel for num_threads(2)")\n%s\n%s\n' \
        "for (int i = 0; i < 1000; i++) { $order { n++; } }" 'printf("%d\n", n); return 0; }' > try.c
    clang -g -fopenmp -fsanitize=thread try.c -o try
    seen=no
    ./try > try.txt 2>&1 || seen=yes
    wanted=$([ -n "$order" ] && echo no || echo yes)
    [ "$seen" = "$wanted" ] || { cat try.txt; echo "FAILED the sanitizer on a known case: race seen: $seen"; exit 1; }
done

build_with "$source" "$build" sequela-cli -DSQ_SANITIZE=thread -DCMAKE_C_COMPILER=clang
run() { "$build/sequela" run "$source/configs/$1.yaml" -n 20000 -j 4 -o "$1.h5" "${@:2}" > "$1.txt" 2> "$1.err" || { cat "$1.err"; exit 1; }; }
run blina_timing --patients-table
grep -q 'Archer detected' blina_timing.txt || { cat blina_timing.err; echo "FAILED Archer was not loaded"; exit 1; }
run sick_sicker
# Several patients fail at about the same time; the lowest is named, and nothing races for the place.
"$build/sequela" run "$source/configs/sick_sicker.yaml" -n 20000 -j 4 -o failing.h5 --patients-table \
    --set 'hr_death[sick]=-1' > failing.txt 2> failing.err && { echo "FAILED a run that must fail"; exit 1; }
grep -q 'patient 0 ' failing.err || { cat failing.err; echo "FAILED the lowest patient is not named"; exit 1; }
echo "tsan: no race found"
