#!/usr/bin/python3
"""Instructions a life by function, or by source file: a profile that does not depend on what else the machine does.

    instructions.py PROGRAM EXPERIMENT.yaml [PATIENTS] [--isa NAME] [--engine NAME] [--inclusive | --files]

Runs the experiment twice under callgrind, the second time with twice the patients, so that what is done once cancels
out. Valgrind knows AVX2 and no AVX-512. --files needs a program built with -g.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "h5py")

from results import Results  # noqa: E402

LINE = re.compile(r"^\s*([\d,]+) \(\s*[\d.]+%\)\s+(\S*?):(\S+)(?: \[(.*)\])?")


def label(options, file, function, library):
    """What instructions are booked on: the function, or the file, or the library where that has none of ours."""
    if not options.files:
        return function
    return file[file.index("sim/"):] if "sim/" in file else os.path.basename(library or file)


def profile(options, patients, folder):
    """Instructions by function, and how many lives they were for."""
    counts, out = os.path.join(folder, "counts"), os.path.join(folder, "result.h5")
    run = ["run", options.experiment, "-n", str(patients), "-j", "1", "-o", out, "--quiet", "--isa", options.isa,
           "--engine", options.engine]
    subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + counts, options.program, *run],
                   check=True, capture_output=True)
    inclusive = "yes" if options.inclusive else "no"
    text = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", "--inclusive=" + inclusive, counts], check=True,
                          capture_output=True, text=True).stdout
    found = {}
    for number, *where in (match.groups() for match in map(LINE.match, text.splitlines()) if match):
        name = label(options, *where)
        found[name] = found.get(name, 0) + int(number.replace(",", ""))
    return found, float(Results(out).file["provenance/lives"][()])


def main():
    parser = argparse.ArgumentParser(description="Instructions a life by function.")
    parser.add_argument("program")
    parser.add_argument("experiment")
    parser.add_argument("patients", type=int, nargs="?", default=20_000)
    parser.add_argument("--isa", default="avx2")
    parser.add_argument("--engine", default="columnar")
    parser.add_argument("--inclusive", action="store_true", help="with the functions that a function calls")
    parser.add_argument("--files", action="store_true", help="by source file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        less, lives = profile(options, options.patients, folder)
        more, more_lives = profile(options, 2 * options.patients, folder)
    each = {name: (count - less.get(name, 0)) / (more_lives - lives) for name, count in more.items()}
    if not options.inclusive:
        print(f"{sum(each.values()):10.1f} instructions a life")
    for name, count in sorted(each.items(), key=lambda item: -item[1]):
        if count >= 0.002 * max(sum(each.values()) if not options.inclusive else 0, max(each.values())):
            print(f"{count:10.1f} {name}")


if __name__ == "__main__":
    main()
