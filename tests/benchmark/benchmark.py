#!/usr/bin/python3
"""Ratios of speed, taken in one run: a table, and JSON.

    benchmark.py PROGRAM FOLDER [--json FILE] [--part NAME ...] [--rounds N] [--scale X] [--largest N] [--tiny]

PROGRAM is the simulator and FOLDER has the programs written by hand; `cmake --build build --target benchmark` gives
both. docs/performance.md says what each part means and what came of it. Nothing here passes or fails.
"""
import argparse
import json
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "h5py")

from measure import ROOT, Bench, experiment, machine, per_patient, ratio  # noqa: E402

TINY = {"rounds": 1, "scale": 1e-4, "largest": 1e4}
MAIN_JOB = os.path.join(ROOT, "configs", "blina_timing.yaml")


class Table:
    """Rows as they come, and the same for JSON: what was measured beside what was aimed at."""

    def __init__(self):
        self.rows = []

    def part(self, title):
        print(f"\n{title}")

    def row(self, part, what, value, unit="", aim=""):
        self.rows.append({"part": part, "what": what, "value": value, "unit": unit, "aim": aim})
        print(f"  {what:<58}{value:>12.4g} {unit:<14}{aim}", flush=True)


def twins(bench, table):
    """The simulator beside the same models written by hand."""
    table.part("Written by hand (one thread; how many times as fast the simulator is)")
    for model, aims in (("illness_death", {"C": "aim 1.5", "SIMD": "aim 0.5", "numpy": ""}),
                        ("salvage", {"C": "aim 1.5", "numpy": "aim 2.5"})):
        n = bench.patients(4_000_000)
        contestants = {
            "simulator": lambda: per_patient(bench.simulator(experiment(model), n)),
            "C": lambda: per_patient(bench.by_hand(model, n)),
            "numpy": lambda: per_patient(bench.in_numpy(model, n)),
        }
        if "SIMD" in aims:
            contestants["SIMD"] = lambda: per_patient(bench.by_hand(model + "_simd", n))
        seen = bench.in_turn(contestants)
        for name, times in seen.items():
            table.row("twins", f"{model}, {name}", statistics.median(times), "ns a patient")
        for name, aim in aims.items():
            table.row("twins", f"{model}: simulator against {name}", ratio(seen[name], seen["simulator"]), "times", aim)


def experiments():
    """The experiments of configs/, by name."""
    for name in sorted(os.listdir(os.path.join(ROOT, "configs"))):
        path = os.path.join(ROOT, "configs", name)
        if not name.endswith(".yaml"):
            continue
        with open(path, encoding="utf-8") as file:
            if any(line.startswith("experiment:") for line in file):
                yield name[:-len(".yaml")], path


def reference(bench, table):
    """The columnar engine beside the reference interpreter."""
    table.part("Against the reference interpreter (one thread; times as fast)")
    files = {name: experiment(name) for name in ("illness_death", "salvage")}
    files.update(experiments())
    for name, file in files.items():
        def life(engine, n, file=file):
            facts = bench.simulator(file, n, engine=engine)
            return 1e9 * facts["seconds"] / facts["lives"]
        seen = bench.in_turn({
            engine: lambda engine=engine: life(engine, bench.patients(20_000 if engine == "reference" else 200_000))
            for engine in bench.engines})
        for engine, times in seen.items():
            table.row("reference", f"{name}, {engine}", statistics.median(times), "ns a life")
        if len(seen) > 1:
            table.row("reference", f"{name}: columnar against reference",
                      ratio(seen["reference"], seen["columnar"]), "times")


PARTS = {"twins": twins, "reference": reference}


def arguments():
    parser = argparse.ArgumentParser(description="Ratios of speed in one run.")
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--json", help="write the rows here too")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part (may be repeated)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="times as many patients")
    parser.add_argument("--largest", type=float, default=1e7, help="most patients of `growth` (the aim is 1e8)")
    parser.add_argument("--tiny", action="store_true", help="every part with next to no patients: does it work?")
    options = parser.parse_args()
    if options.tiny:
        vars(options).update(TINY)
    return options


def main():
    options = arguments()
    facts = machine(options.program)
    print(f"{facts['processor']}, {facts['cores']} cores, {' '.join(facts['instruction_sets'])}; load"
          f" {facts['load']:.1f}; {options.rounds} rounds")
    table = Table()
    with Bench(options.program, options.folder, options.rounds, options.scale) as bench:
        bench.largest = options.largest
        for name in options.part or PARTS:
            PARTS[name](bench, table)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": facts, "rounds": options.rounds, "rows": table.rows}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    sys.exit(main())
