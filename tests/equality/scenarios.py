#!/usr/bin/python3
"""Scenarios: each is, to the bit, the run that `--set` would make of it alone.

So for a grid and for named scenarios, by both engines, with other threads and lanes, and dataset by dataset; a sweep over
one value is the plain run but for its labels. Rows of patients lie scenario by scenario.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402

import pathway  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program, RunFailed  # noqa: E402
from results import Results  # noqa: E402
from study import arguments  # noqa: E402

# More than one block of patients, the last one not full.
PATIENTS = 5000
RATIOS = [0.5, 1, 2.5]
DEATHS = ["0.05", "20 %"]
LABELS = ("scenario", "scenario_name", "scenario_label", "sweep_parameter", "scenario_value")


def write(program, name, sweep=None, extra=None):
    """An experiment file of the pathway with this sweep; one parameter is computed, one strategy sets its own."""
    model, experiment = pathway.pathway()
    experiment["model"] = program.write("model", model)
    experiment["parameters"]["loading"] = "0.2 + 0.1 * hr_relapse"
    experiment["strategies"]["strong_first"]["set"] = {"care_ill": "1500 EUR/mo"}
    if sweep is not None:
        experiment["sweep"] = sweep
    experiment.update(extra or {})
    return program.write(name, experiment)


def of_scenario(results, name, scenario):
    """Values of a variable of a scenario, with an axis of one."""
    values = results.file[name][()]
    return values[scenario:scenario + 1] if "scenario" in results.axes(name) else values


def unequal(swept, scenario, alone):
    """Names of variables of a run alone that are not those of the scenario."""
    names = []
    for name in alone.names():
        if name in LABELS or name == "changed":
            continue
        if name not in swept.file:
            names.append(name + " (missing)")
            continue
        mine = np.asarray(of_scenario(swept, name, scenario))
        theirs = np.asarray(alone.file[name][()])
        same = mine.shape == theirs.shape and mine.dtype == theirs.dtype
        if same and mine.dtype.kind in "fiu":
            same = mine.tobytes() == theirs.tobytes()
        elif same:
            same = bool(np.all(mine == theirs))
        if not same:
            names.append(name)
    return names


def grid(program, judge, plain):
    """A grid, whose first parameter varies slowest."""
    path = write(program, "grid", {"hr_relapse": RATIOS, "early_death": DEATHS})
    runs = [program.run_file(path, patients=PATIENTS, threads=threads, flags=flags) for threads, flags in (
        (1, ()), (2, ()), (2, ("--batch", 7)), (2, ("--isa", "scalar")), (1, ("--engine", "reference")),
        (2, ("--engine", "reference")))]
    digests = {program.digest(run) for run in runs}
    judge.true("a sweep is the same for any engine, instruction set, threads and lanes", len(digests) == 1)
    swept = Results(runs[0])
    names = swept.axis("scenario_name")
    judge.true("the grid has all scenarios", len(names) == len(RATIOS) * len(DEATHS))
    judge.true("parameters are named", swept.axis("sweep_parameter") == ["hr_relapse", "early_death"])
    for i, (ratio, death) in enumerate((r, d) for r in RATIOS for d in DEATHS):
        judge.true(f"scenario {i} has its name", names[i] == f"hr_relapse={ratio}, early_death={death}")
        alone = program.run(plain, patients=PATIENTS, settings={"hr_relapse": ratio, "early_death": death})
        wrong = unequal(swept, i, alone)
        judge.true(f"{names[i]} is the run alone ({', '.join(wrong)})", not wrong)
    judge.true("scenarios differ", len(set(swept.file["qalys"][:, 0, 0])) == len(names))
    judge.true("values are told", swept.file["scenario_value"][1].tolist() == [0.5, 0.2])


def named(program, judge, plain):
    """Named scenarios, one of which sets nothing; a strategy's own value stays."""
    path = write(program, "named", [{"name": "base"}, {"name": "dear", "title": "Dear care", "set": {"care_ill": "3000 EUR/mo"}}])
    swept = program.run(path, patients=PATIENTS)
    for i, settings in enumerate(({}, {"care_ill": "3000 EUR/mo"})):
        alone = program.run(plain, patients=PATIENTS, settings=settings)
        wrong = unequal(swept, i, alone)
        judge.true(f"named scenario {i} is the run alone ({', '.join(wrong)})", not wrong)
    judge.true("titles are labels", swept.axis("scenario_label") == ["base", "Dear care"])
    own = swept.axis("strategy").index("strong_first")
    costs = swept.file["total_cost"][:, 0, :]
    judge.true("what a strategy sets itself no scenario changes", costs[0, own] == costs[1, own])
    judge.true("and what it does not set is changed", costs[0, 1 - own] != costs[1, 1 - own])
    judge.true("what is left as it is has no value", np.isnan(swept.file["scenario_value"][0, 0]))


def one_value(program, judge, plain):
    """A sweep over the value that the parameter has."""
    swept = program.run(write(program, "one", {"hr_relapse": [1]}), patients=PATIENTS)
    alone = program.run(plain, patients=PATIENTS)
    wrong = unequal(swept, 0, alone)
    judge.true(f"a sweep over one value is the plain run ({', '.join(wrong)})", not wrong)
    more = {name for name in swept.names() if name not in alone.file}
    judge.true("but for its labels", more == set(LABELS) - {"scenario"})


def rows(program, judge, plain):
    """Patient tables of all scenarios."""
    path = write(program, "rows", {"hr_relapse": [1, 2]})
    tables = {}
    for engine in ("columnar", "reference"):
        swept = program.run(path, patients=PATIENTS, flags=("--patients-table", "--event-log", "--engine", engine))
        tables[engine] = swept.table("patients", "weak_first")
        log = swept.table("event_log", "weak_first")
        judge.true("events lie scenario by scenario", bool(np.all(np.diff(log["scenario"]) >= 0)))
    for name, column in tables["columnar"].items():
        judge.true(f"engines agree on {name}", column.tobytes() == tables["reference"][name].tobytes())
    table = tables["columnar"]
    judge.true("each patient has a row in each scenario",
               table["patient"].tolist() == 2 * list(range(PATIENTS)) and
               table["scenario"].tolist() == PATIENTS * [0] + PATIENTS * [1])
    alone = program.run(plain, patients=PATIENTS, settings={"hr_relapse": 2}, flags=("--patients-table",))
    judge.true("rows of a scenario are those of the run alone",
               table["qalys"][PATIENTS:].tobytes() == alone.table("patients", "weak_first")["qalys"].tobytes())


def cohorts(program, judge):
    """Emulated cohorts are filled and analysed scenario by scenario."""
    emulation = {"strategy": "strong_first", "cohort": "rfs", "groups": {"frail": "frail", "fit": "rest"},
                 "covariates": {"courses": "courses"}, "size": {"frail": 10, "fit": 30}, "cohorts": 20,
                 "follow up": {"uniform": {"min": "1 y", "max": "6 y * hr_relapse"}},
                 "estimates": {"rfs": {"survival": "rfs", "at": "1 y"}, "ratio": {"hazard ratio": "rfs", "of": "frail"},
                               "median": {"median": "rfs", "group": "fit"}, "p": {"log rank": "rfs"}}}
    targets = {"rfs": {"what": {"estimate": "trial.rfs"}, "published": "20 of 40", "source": "invented"}}
    extra = {"emulate": {"trial": emulation}, "targets": targets}
    alone = write(program, "trial", extra=extra)
    path = write(program, "trials", {"hr_relapse": RATIOS}, extra)
    runs = [program.run_file(path, patients=PATIENTS, threads=threads, flags=flags) for threads, flags in (
        (1, ()), (2, ("--batch", 7)), (2, ("--engine", "reference")))]
    judge.true("cohorts of scenarios are the same for any engine, threads and lanes",
               len({program.digest(run) for run in runs}) == 1)
    swept = Results(runs[0])
    for i, ratio in enumerate(RATIOS):
        wrong = unequal(swept, i, program.run(alone, patients=PATIENTS, settings={"hr_relapse": ratio}))
        judge.true(f"cohorts of scenario {i} are those of the run alone ({', '.join(wrong)})", not wrong)
    judge.true("scenarios have cohorts of their own", len(set(swept.file["target_simulated"][:, 0, 0])) == len(RATIOS))


def failures(program, judge):
    """A life that goes wrong in some scenarios: told of the first of them, whoever came to it, and of its lowest patient."""
    population = dict(pathway.pathway()[1]["population"]["attributes"], frail={"chance": "early_death * age / 40 y"})
    path = write(program, "failing", {"early_death": ["0.05", "0.6", "0.9"]}, {"population": {"attributes": population}})
    said = set()
    for threads, flags in ((1, ()), (2, ()), (2, ("--batch", 7)), (2, ("--engine", "reference"))):
        try:
            program.run_file(path, patients=PATIENTS, threads=threads, flags=flags)
        except RunFailed as failed:
            said.add((failed.code, failed.message))
    judge.true(f"one sentence about the first scenario that fails: {said}",
               len(said) == 1 and all(code == 1 and "scenario early_death=0.6: " in text for code, text in said))


def empty_cohorts(program, judge):
    """Cohorts that nobody is eligible for from the thirteenth scenario on: told of that one, whoever came to it first."""
    emulation = {"strategy": "weak_first", "cohort": "early", "size": 10, "cohorts": 5,
                 "estimates": {"alive": {"survival": "early", "at": "1 y"}}}
    endpoints = dict(pathway.pathway()[1]["endpoints"], early={"who": "hr_relapse < 0.8", "events": "death"})
    path = write(program, "empty", {"hr_relapse": {"from": 0.5, "to": 2, "steps": 61}},
                 {"emulate": {"nobody": emulation}, "endpoints": endpoints})
    said = set()
    for threads, flags in ((1, ()), (2, ()), (8, ()), (16, ()), (8, ("--engine", "reference"))):
        try:
            program.run_file(path, patients=60, threads=threads, flags=flags)
        except RunFailed as failed:
            said.add((failed.code, failed.message))
    judge.true(f"one sentence about the first scenario without cohorts: {said}",
               len(said) == 1 and all(code == 1 and "scenario hr_relapse=0.8: " in text for code, text in said))


def many(program, judge):
    """More points than curves are kept for, and so few patients that several are in flight."""
    sweep = {"hr_relapse": {"from": 0.5, "to": 2, "steps": 60, "scale": "log"}, "early_death": DEATHS}
    path = write(program, "many", sweep)
    runs = [program.run_file(path, patients=50, threads=threads, flags=flags) for threads, flags in (
        (1, ()), (2, ()), (2, ("--batch", 7)), (2, ("--engine", "reference")))]
    judge.true("many small points", len({program.digest(run) for run in runs}) == 1)
    swept = Results(runs[0])
    judge.true("curves are left out above 100 scenarios", not swept.has("survival") and swept.has("survival_quantile"))
    values = swept.file["scenario_value"][::2, 0]
    judge.true("a logarithmic scale", values[0] == 0.5 and values[-1] == 2 and
               bool(np.allclose(np.diff(np.log(values)), np.log(4) / 59, rtol=1e-12)))


def main():
    options = arguments(__doc__)
    judge = Judge("equality")
    with Program(options.program) as program:
        plain = write(program, "plain")
        grid(program, judge, plain)
        named(program, judge, plain)
        one_value(program, judge, plain)
        rows(program, judge, plain)
        cohorts(program, judge)
        failures(program, judge)
        empty_cohorts(program, judge)
        many(program, judge)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
