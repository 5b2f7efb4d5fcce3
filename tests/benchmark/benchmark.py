#!/usr/bin/python3
"""Ratios of speed, taken in one run: a table, and JSON.

    benchmark.py PROGRAM FOLDER [--json FILE] [--markdown FILE] [--part NAME ...] [--rounds N] [--scale X] [--largest N] [--tiny]

PROGRAM is the simulator and FOLDER has the programs written by hand; `cmake --build build --target benchmark` gives
both. docs/performance.md says what each part means and what came of it. Nothing here passes or fails.
"""
import argparse
import json
import os
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "h5py")

from grown import GROWN, write  # noqa: E402
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


def floor(bench, table):
    """The main job beside its random numbers and transcendental functions alone."""
    table.part("Floor (the main job, one thread)")
    program, count = os.path.join(bench.folder, "floor"), str(bench.patients(20_000))

    def job():
        facts = bench.simulator(MAIN_JOB, bench.patients(100_000))
        return 1e9 * facts["seconds"] / facts["lives"]

    seen = bench.in_turn({"floor": lambda: bench.json([program, MAIN_JOB, count]), "job": job})
    for kinds in zip(*(run["parts"] for run in seen["floor"])):
        cost = statistics.median(kind["ns"] for kind in kinds)
        table.row("floor", f"{kinds[0]['what']}: {kinds[0]['per_life']:.2f} x {cost:.2f}",
                  kinds[0]["per_life"] * cost, "ns a life")
    floors = [run["floor"] for run in seen["floor"]]
    table.row("floor", "floor", statistics.median(floors), "ns a life")
    table.row("floor", "main job", statistics.median(seen["job"]), "ns a life")
    table.row("floor", "main job against its floor", ratio(seen["job"], floors), "times", "aim 2.5")


def contestants_of(bench, model, n):
    """The simulator and the programs that do the same; nanoseconds a patient."""
    contestants = {
        "simulator": lambda: per_patient(bench.simulator(experiment(model), n)),
        "C": lambda: per_patient(bench.by_hand(model, n)),
        "numpy": lambda: per_patient(bench.in_numpy(model, n)),
    }
    if model == "illness_death":
        contestants["SIMD"] = lambda: per_patient(bench.by_hand(model + "_simd", n))
    for isa in bench.narrower:
        contestants[f"simulator in {isa}"] = lambda isa=isa: per_patient(
            bench.simulator(experiment(model), n, "--isa", isa))
    return contestants


def twins(bench, table):
    """The simulator beside the same models written by hand."""
    table.part("Written by hand (one thread; how many times as fast the simulator is)")
    n = bench.patients(4_000_000)
    for model, aims in (("illness_death", {"C": "aim 1.5", "SIMD": "aim 0.5", "numpy": ""}),
                        ("salvage", {"C": "aim 1.5", "numpy": "aim 2.5"})):
        seen = bench.in_turn(contestants_of(bench, model, n))
        for name, times in seen.items():
            table.row("twins", f"{model}, {name}", statistics.median(times), "ns a patient")
        for name, aim in aims.items():
            table.row("twins", f"{model}: simulator against {name}", ratio(seen[name], seen["simulator"]), "times", aim)
        for isa in bench.narrower:
            table.row("twins", f"{model}: simulator in {isa} against C", ratio(seen["C"], seen[f"simulator in {isa}"]),
                      "times", "aim 1")


def experiments():
    """The experiments of configs/, by name; none that is fitted first, and no study, which fills large cohorts."""
    for name in sorted(os.listdir(os.path.join(ROOT, "configs"))):
        path = os.path.join(ROOT, "configs", name)
        if not name.endswith(".yaml"):
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
            keys = {line.partition(":")[0] for line in text.splitlines()}
            if "experiment" in keys and not keys & {"calibrate", "validate", "anchors"} and "include: studies/" not in text:
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
            for engine in ("columnar", "reference")})
        for engine, times in seen.items():
            table.row("reference", f"{name}, {engine}", statistics.median(times), "ns a life")
        table.row("reference", f"{name}: columnar against reference",
                  ratio(seen["reference"], seen["columnar"]), "times")


def side_by_side(bench, n):
    """Processor seconds of the busier of two runs of one thread at one time, which share nothing but the machine."""
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(bench.simulator, MAIN_JOB, n, out=f"beside{i}.h5") for i in range(2)]
        return max(run.result()["busy_seconds"] for run in runs)


def threads(bench, table):
    """How well two threads share the main job."""
    table.part("Two threads (the main job)")
    n = bench.patients(400_000)
    seen = bench.in_turn({count: lambda count=count: bench.simulator(MAIN_JOB, n, threads=count) for count in (1, 2)} |
                         {"apart": lambda: side_by_side(bench, n)})
    busiest = [facts["busiest_thread_seconds"] for facts in seen[2]]
    table.row("threads", "efficiency: work of one thread / (2 x busiest of two)",
              ratio([facts["busy_seconds"] / 2 for facts in seen[1]], busiest), "", "aim 0.95")
    table.row("threads", "the same of two runs of one thread at one time: what the machine gives",
              ratio([facts["busy_seconds"] for facts in seen[1]], seen["apart"]))
    idle = [1 - facts["busy_seconds"] / (2 * most) for facts, most in zip(seen[2], busiest)]
    table.row("threads", "idle share of two threads", statistics.median(idle))


def growth(bench, table):
    """Time and memory as the number of patients grows."""
    table.part("Growth (one thread)")
    for name, file, largest in (("main job", MAIN_JOB, min(1e6, bench.largest)),
                                ("illness_death", experiment("illness_death"), bench.largest)):
        first, n = None, min(1e5, largest)
        while n <= largest:
            facts = bench.simulator(file, int(n))
            first = first or facts
            table.row("growth", f"{name}, {n:.0e} patients", per_patient(facts), "ns a patient",
                      f"{per_patient(facts) / per_patient(first):.2f} times the first")
            table.row("growth", f"{name}, {n:.0e} patients: peak memory", facts["peak_bytes"] / 2**20, "MiB",
                      f"aim 256; {facts['peak_bytes'] / first['peak_bytes']:.2f} times the first, aim 1 +- 0.05")
            n *= 10


def fixed_cost(bench, table):
    """What a run costs before anybody lives."""
    table.part("Fixed cost (the main job, one patient, one thread)")
    whole = bench.in_turn({"run": lambda: bench.simulator(MAIN_JOB, 1)["process_seconds"]})["run"]
    table.row("fixed", "the program from start to end", 1e3 * statistics.median(whole), "ms", "aim 100")
    facts = bench.json([os.path.join(bench.folder, "repeat"), MAIN_JOB, "1", str(1 + bench.patients(200))])
    table.row("fixed", "loading", 1e3 * facts["load"], "ms")
    table.row("fixed", "one more run in the library", 1e3 * statistics.median(facts["runs"][1:]), "ms", "aim 1")


def language(bench, table):
    """Time an event as the model grows by what no patient touches."""
    table.part("Ten times as many of them, touched by nobody (salvage; time an event against the model as it is)")
    n = bench.patients(500_000)

    def event(file):
        facts = bench.simulator(file, n)
        return 1e9 * facts["seconds"] / facts["firings"]

    for name in GROWN:
        file = write(bench.results, name)
        seen = bench.in_turn({"as it is": lambda: event(experiment("salvage")), "grown": lambda: event(file)})
        table.row("language", name, ratio(seen["grown"], seen["as it is"]), "times", "aim 1")


def markdown(facts, rounds, rows):
    """The rows of a report: what has an aim, and what is a ratio."""
    lines = ["# Figures of speed", "", "Written by the benchmark ([performance.md](performance.md) says what is measured).",
             "", f"{facts['processor']}, {facts['cores']} cores, {' '.join(facts['instruction_sets'])}, load"
             f" {facts['load']:.1f}; {facts['version'][0]}, {facts['version'][1]}, {facts['version'][2]};"
             f" {rounds} rounds.", "", "| part | what | measured | | aim |", "|---|---|---:|---|---|"]
    for row in rows:
        if row["aim"] or row["unit"] == "times":
            lines.append(f"| `{row['part']}` | {row['what']} | {row['value']:.3g} | {row['unit']} |"
                         f" {row['aim'].removeprefix('aim ')} |")
    return "\n".join(lines) + "\n"


PARTS = {"floor": floor, "twins": twins, "reference": reference, "threads": threads, "growth": growth, "fixed": fixed_cost,
         "language": language}


def arguments():
    parser = argparse.ArgumentParser(description="Ratios of speed in one run.")
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--json", help="write the rows here too")
    parser.add_argument("--markdown", help="write what has an aim, and the ratios, as a table for a document")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part (may be repeated)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="times as many patients")
    parser.add_argument("--largest", type=float, default=1e8, help="most patients of `growth`")
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
    if options.markdown:
        with open(options.markdown, "w", encoding="utf-8") as file:
            file.write(markdown(facts, options.rounds, table.rows))


if __name__ == "__main__":
    sys.exit(main())
