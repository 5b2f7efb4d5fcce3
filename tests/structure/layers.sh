#!/usr/bin/env bash
# Every #include in sim/ points to its own layer or downwards, and each guarded header is included in one place.
set -euo pipefail
root=${1:-sim}
order=(base rand math estimate model lang outcome engine io study cli)
declare -A rank
for i in "${!order[@]}"; do rank[${order[$i]}]=$i; done
bad=0

report() { echo "layers: $1"; bad=1; }

while IFS=: read -r file _ include; do
  from=${file#"$root"/}; from=${from%%/*}
  to=$(sed -E 's/.*"([^"/]+)\/[^"]*".*/\1/' <<<"$include")
  [[ $include == *'"sequela.h"'* ]] && to=study
  [[ $include == *'/build_facts.h"'* ]] && to=study
  if [ -z "${rank[$to]:-}" ]; then report "$file includes $include, which is in no layer"; continue; fi
  [ -n "${rank[$from]:-}" ] || continue
  [ "${rank[$to]}" -le "${rank[$from]}" ] || report "$file (layer $from) includes $include (layer $to, above it)"
  [ "$from" != engine ] || [ "$to" != lang ] || report "$file: the engine never sees lang"
  [ "$from" != outcome ] || [ "$to" != lang ] || report "$file: outcome never sees lang"
done < <(grep -rnE '^#include "' "$root"/*/)

# header -> the one place that may include it
only_in() {
  local header=$1 place=$2 file
  while read -r file; do
    [[ $file == $root/$place ]] || report "$file includes <$header>; only $place may"
  done < <(grep -rlE "#include <$header>" "$root" || true)
}
only_in 'omp\.h' 'study/*'
only_in 'hdf5(_hl)?\.h' 'io/*'
only_in 'sleef\.h' 'math/simd.h'
only_in 'immintrin\.h' 'math/simd_avx*'
only_in 'yaml\.h' 'lang/node.c'
only_in 'nlopt\.h' 'study/calibrate_nlopt.c'
only_in 'gsl/gsl_[a-uw-z].*' 'math/*'

exit $bad
