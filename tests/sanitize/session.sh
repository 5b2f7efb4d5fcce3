#!/usr/bin/env bash
# Shared by the sanitizer tests; sourced.

# Whether a compiler can build and run with this sanitizer: can_compile COMPILER SANITIZER [FLAG ...]
can_compile() {
    local folder works=1
    command -v "$1" > /dev/null || return 1
    folder=$(mktemp -d)
    echo 'int main(void) { return 0; }' > "$folder/try.c"
    if "$1" "-fsanitize=$2" "${@:3}" "$folder/try.c" -o "$folder/try" 2> /dev/null && "$folder/try"; then works=0; fi
    rm -rf "$folder"
    return "$works"
}

# Configures and builds in a folder of its own, quietly unless it fails: build_with SOURCE BUILD TARGET [OPTION ...]
build_with() {
    local log
    mkdir -p "$2"
    log="$2/build.log"
    if ! { cmake -S "$1" -B "$2" -DCMAKE_BUILD_TYPE=RelWithDebInfo "${@:4}" \
        && cmake --build "$2" --target "$3" --parallel 2; } > "$log" 2>&1; then
        tail -n 40 "$log"
        echo "FAILED the build with ${*:4}"
        exit 1
    fi
}

# Each verb once on the main experiment, with the tables and without: every_verb SOURCE PROGRAM PATIENTS
every_verb() {
    local experiment="$1/configs/blina_timing.yaml" folder
    folder=$(mktemp -d)
    (
        cd "$folder"
        "$2" --version
        "$2" help
        "$2" check "$experiment"
        "$2" run "$experiment" -n "$3" -o out.h5
        "$2" run "$experiment" -n 200 -o tables.h5 --patients-table --event-log
        "$2" trace "$experiment" --patient 3 --strategy B2
        "$2" graph "$experiment" -o out.dot
        "$2" summary out.h5 --format csv
        "$2" summary out.h5 --format json
        "$2" summary out.h5 --format md
        "$2" digest out.h5
        "$2" export tables.h5 --csv tables
        # Wrong input must be refused, not met by a crash.
        for wrong in "run nothing.yaml" "run $experiment --set no_such=1" "summary $experiment" "rum"; do
            code=0
            # shellcheck disable=SC2086
            "$2" $wrong || code=$?
            [ "$code" = 2 ] || { echo "FAILED exit code $code from: sequela $wrong"; exit 1; }
        done
    ) > "$folder/log" 2>&1 || { cat "$folder/log"; rm -rf "$folder"; exit 1; }
    rm -rf "$folder"
}
