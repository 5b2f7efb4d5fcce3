#!/bin/sh
# Runs dieharder's tests on the addressed sequence.
#
#     dieharder.sh PATH_OF_ADDRESSED_STREAM [columns | patient]
#
# Every test reads a stream of its own seed (20000 + its number), so the verdicts are the same in every
# run. Left out: tests 5, 6, 7 and 14, which dieharder itself lists as "Suspect" or "Do Not Use".
# Policy: FAILED (p < 1e-6 or > 1 - 1e-6, dieharder's own limits) on any line fails the run, and nothing
# is rerun: the 76 p-values of a good generator contain one FAILED with probability 1.5e-4. WEAK
# (p < .005 or > .995) is shown and allowed: about one line in a hundred of a good generator is weak.
# Exit: 0 passed, 1 failed, 77 dieharder is missing.
set -u

stream=$1
order=${2:-columns}
# test, or test:ntuple where the test has a parameter
plan="0 1 2 3 4 8 9 10 11 12 13 15 16 17 100 101 102
      200:1 200:2 200:4 200:8 200:12 201:2 201:3 201:4 201:5 202:2 202:3 202:4 202:5
      203:0 203:1 203:3 203:7 203:15 203:31 204 205 206 207 208 209"

if ! command -v dieharder >/dev/null 2>&1; then
    echo "skipped: the program 'dieharder' is not installed"
    exit 77
fi
if [ ! -x "$stream" ]; then
    echo "there is no program at '$stream'"
    exit 1
fi

report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT
for entry in $plan; do
    number=${entry%%:*}
    case $entry in
    *:*) ntuple="-n ${entry##*:}" ;;
    *) ntuple= ;;
    esac
    # shellcheck disable=SC2086 # an absent ntuple is no argument
    "$stream" $((20000 + number)) "$order" 2>/dev/null |
        dieharder -g 200 -d "$number" $ntuple |
        grep -E 'PASSED|WEAK|FAILED' | tee -a "$report"
done

lines=$(wc -l <"$report")
failed=$(grep -c FAILED "$report")
weak=$(grep -c WEAK "$report")
echo "order $order: $lines p-values, $weak weak, $failed failed"
# A battery that ran nothing has shown nothing: each entry gives at least one line.
[ "$failed" -eq 0 ] && [ "$lines" -ge "$(echo "$plan" | wc -w)" ]
