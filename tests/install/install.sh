#!/usr/bin/env bash
# The installed tree works by itself and from any place: it is installed, moved, and then used by a program
# that knows nothing of the source tree.   install.sh BUILD_FOLDER C_COMPILER
set -euo pipefail
build=$1 compiler=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
skip() { echo "skipped: needs $1"; exit 77; }
fail() { echo "FAILED $1"; exit 1; }
for tool in cmake pkg-config nm; do command -v "$tool" > /dev/null || skip "$tool"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/first" > "$folder/install.log" || { cat "$folder/install.log"; fail "cmake --install"; }
mv "$folder/first" "$folder/moved here"
tree="$folder/moved here"
cd "$folder"

# What is there.
share="$tree/share"
for file in "$tree/bin/sequela" "$tree/include/sequela.h" "$share/sequela/configs/blina_timing.yaml" \
    "$share/sequela/configs/life_tables/france_2019.csv" "$share/sequela/models/relapsed.yaml" \
    "$share/sequela/schema/sequela-model.json" "$share/man/man1/sequela.1" "$share/bash-completion/completions/sequela" \
    "$share/zsh/site-functions/_sequela" "$share/doc/sequela/LICENSE"; do
    [ -f "$file" ] || fail "not installed: ${file#"$tree"/}"
done
[ "$(find "$tree/include" -type f | wc -l)" = 1 ] || fail "there is more than one header"

# The program, from its new place; nothing of the build is needed, nothing is written into the tree.
"$tree/bin/sequela" --version | grep -q '^sequela [0-9]' || fail "sequela --version"
"$tree/bin/sequela" check "$share/sequela/configs/blina_timing.yaml" > check.txt || fail "check of the installed experiment"
if command -v readelf > /dev/null && readelf -d "$tree/bin/sequela" | grep -qE 'R(UN)?PATH|libsequela'; then
    fail "the program looks for libraries by a path, or for libsequela"
fi

# The library: its pkg-config file, its names, its header.
pc=$(find "$tree" -name sequela.pc)
export PKG_CONFIG_PATH="${pc%/*}"
library=$(find "$tree" -name 'libsequela.so' -o -name 'libsequela.dylib')
nm -D --defined-only "$library" | awk '{ print $3 }' | sort > exported
sed -n 's/^SEQUELA_API .*\(sequela_[a-z_]*\)(.*/\1/p' "$tree/include/sequela.h" | sort > declared
diff declared exported || fail "names declared (<) and exported (>) differ"
[ -s declared ] || fail "the header declares nothing"
echo '#include <sequela.h>' > alone.c
cp alone.c alone.cpp
strict=(-Wall -Wextra -Werror -pedantic -fsyntax-only "-I$tree/include")
"$compiler" -std=c99 "${strict[@]}" alone.c || fail "the header alone, as C"
if command -v c++ > /dev/null; then
    c++ -std=c++11 "${strict[@]}" alone.cpp || fail "the header alone, as C++"
else
    echo "not tried: the header as C++ (no c++)"
fi

# A program of somebody else's. Its flags are words with blanks inside, so eval splits them.
cp "$here/client.c" .
flags=$(pkg-config --cflags --libs sequela)
eval "\"$compiler\" -std=c11 -Wall -Wextra -Werror -pedantic client.c -o client $flags"
LD_LIBRARY_PATH="$(dirname "$library")" ./client "$share/sequela/configs/sick_sicker.yaml" . > client.txt 2>&1 \
    || { cat client.txt; fail "the client"; }
cat client.txt
grep -q '^survival B 0\.' client.txt || fail "the client printed no survival"
"$tree/bin/sequela" summary client.h5 > summary.txt || fail "the program does not read the client's file"
"$tree/bin/sequela" run "$share/sequela/configs/sick_sicker.yaml" -n 2000 -s 7 --set hr_progression=0.5 --strategy standard \
    --strategy B -o program.h5 --quiet > /dev/null || fail "run of the installed experiment"
[ "$("$tree/bin/sequela" digest client.h5 | cut -d' ' -f1)" = "$("$tree/bin/sequela" digest program.h5 | cut -d' ' -f1)" ] \
    || fail "the library and the program give different results"
echo "install: as promised, from '${tree##*/}'"
