#!/usr/bin/python3
"""Emulated cohorts against theory, and against R.

Two groups die at constant rates. Over thousands of cohorts, survival estimates must be unbiased with the binomial variance
(before the first end of follow-up), log hazard ratios must scatter by what the information of Cox's model says, and 95 % of
cohorts' intervals must hold the truth. The pooled estimates are those of infinitely large cohorts. The mistakes beside each
comparison (follow-up from time zero instead of index, groups mixed up, other sizes) would give other numbers; the
self-check requires that they be noticed.

Cohorts made again from the table of patients, in canonical order, are analysed by R's package survival: the same numbers for the
first cohorts, with follow-up, ties by Efron, adjustment and strata.
"""
import csv
import math
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy  # noqa: E402
from scipy import integrate  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments, experiment  # noqa: E402

MODEL = os.path.join(HERE, "models", "two_groups.yaml")
SEED = 20261121
RATE, RATIO, LEAVING = 0.5, 0.4, 0.1
SIZE = {"good": 150, "poor": 250}
COHORTS = 1500
FIRST, LAST = 2.0, 5.0  # follow-up is uniform between these years
COMPARED = 25           # cohorts given to R

OS = {"index": "well", "events": ["dead", "moved"]}
DEATH = {"index": "well", "events": "dead", "competing": "moved"}


def content(emulation, **more):
    parameters = {name: {"value": value, "unit": unit, "class": "structural", "note": "Invented for tests."}
                  for name, value, unit in (("rate", f"{RATE}/y", "rate"), ("ratio", RATIO, "number"),
                                            ("per_score", 1.5, "number"), ("leaving", f"{LEAVING}/y", "rate"))}
    population = {"attributes": {"good": {"chance": 0.4}, "score": "0", "observed": "30 y"}}
    population["attributes"].update(more.pop("attributes", {}))
    parameters.update(more.pop("parameters", {}))
    return experiment(MODEL, "60 y", parameters=parameters, population=population,
                      endpoints={"os": OS, "death": DEATH, "alive": {"events": ["dead", "moved"]}},
                      emulate={"study": emulation}, **more)


def study(**more):
    return dict({"cohort": "os", "groups": {"good": "good", "poor": "rest"}, "size": SIZE, "cohorts": COHORTS,
                 "follow up": {"uniform": {"min": f"{FIRST} y", "max": f"{LAST} y"}}}, **more)


# ---- theory ---------------------------------------------------------------------------------------------------------

HAZARD = {"good": RATE * RATIO + LEAVING, "poor": RATE + LEAVING}


def survival(group, year):
    return math.exp(-HAZARD[group] * year)


def followed(year):
    """Share still under observation."""
    return min(1.0, max(0.0, (LAST - year) / (LAST - FIRST)))


def information(share, low, high):
    """Of the log hazard ratio for one patient, the integral of p (1 - p) over expected events, p the chance that an event is
    of the group with the hazard `low`, which is a share of the patients."""
    def density(t):
        a = share * low * math.exp(-low * t)
        b = (1 - share) * high * math.exp(-high * t)
        return a * b / (a + b) * followed(t)
    return integrate.quad(density, 0, LAST, points=[FIRST])[0]


def incidence(group, year):
    death = HAZARD[group] - LEAVING
    return death / HAZARD[group] * (1 - survival(group, year))


# ---- comparisons ----------------------------------------------------------------------------------------------------

class Bench:
    def __init__(self, program, judge):
        self.program = program
        self.judge = judge

    def run(self, experiment_, patients, **options):
        return self.program.run(experiment_, patients=patients, seed=SEED, **options)


def values(result, name):
    return numpy.asarray(result.get("estimate_value", estimate="study." + name))


def spread(bench, label, x, mean, deviation, wrong_mean=None, wrong_deviation=None):
    """Mean and standard deviation over cohorts; that of a standard deviation is taken as for normal numbers."""
    x = x[numpy.isfinite(x)]
    n = len(x)
    bench.judge.mean(label + ", mean", float(x.mean()), deviation / math.sqrt(n), mean, wrong=wrong_mean)
    bench.judge.mean(label + ", sd", float(x.std(ddof=1)), deviation / math.sqrt(2 * n), deviation, wrong=wrong_deviation)


def survivals_and_ratios(bench):
    """Cohorts of 150 and 250: nobody is lost before two years, so survival is a binomial share."""
    estimates = {
        "good_2y": {"survival": "os", "at": "2 y", "group": "good"},
        "poor_1y": {"survival": "os", "at": "1 y", "group": "poor"},
        "gap": {"survival": "os", "at": "1 y", "difference": ["good", "poor"]},
        "died": {"incidence": "death", "cause": "death", "at": "2 y", "group": "poor"},
        "ratio": {"hazard ratio": "os", "of": "good"},
        "inverse": {"hazard ratio": "os", "of": "poor"},
        "good": {"fraction": "good"},
    }
    result = bench.run(content(study(estimates=estimates)), 1_300_000)
    for name, group, year in (("good_2y", "good", 2), ("poor_1y", "poor", 1)):
        s, n = survival(group, year), SIZE[group]
        other = survival("poor" if group == "good" else "good", year)
        spread(bench, name, values(result, name), s, math.sqrt(s * (1 - s) / n),
               {"the other group": other, "from time zero": s + 0.02},
               {"of both groups": math.sqrt(s * (1 - s) / sum(SIZE.values()))})
    good, poor = survival("good", 1), survival("poor", 1)
    deviation = math.sqrt(good * (1 - good) / SIZE["good"] + poor * (1 - poor) / SIZE["poor"])
    spread(bench, "gap", values(result, "gap"), good - poor, deviation, {"the other way": poor - good},
           {"of one group": math.sqrt(poor * (1 - poor) / SIZE["poor"])})
    f = incidence("poor", 2)
    spread(bench, "incidence", values(result, "died"), f, math.sqrt(f * (1 - f) / SIZE["poor"]),
           {"of any cause": 1 - survival("poor", 2)}, {"of the other group's size": math.sqrt(f * (1 - f) / SIZE["good"])})
    share, ratio = SIZE["good"] / sum(SIZE.values()), HAZARD["good"] / HAZARD["poor"]
    deviation = 1 / math.sqrt(sum(SIZE.values()) * information(share, HAZARD["good"], HAZARD["poor"]))
    logarithms = numpy.log(values(result, "ratio"))
    spread(bench, "log ratio", logarithms, math.log(ratio), deviation, {"of deaths alone": math.log(RATIO)},
           {"one group": deviation * math.sqrt(sum(SIZE.values()) / SIZE["poor"]), "no censoring": 0.85 * deviation})
    bench.judge.exact("a ratio and its inverse", float(numpy.abs(logarithms + numpy.log(values(result, "inverse"))).max()), 0.0)
    covered = numpy.abs(logarithms - math.log(ratio)) < 1.959964 * deviation
    bench.judge.share("95 % of cohorts", float(covered.mean()), len(covered), 0.95,
                      wrong={"90 %": 0.9, "99 %": 0.99})
    bench.judge.exact("fraction", float(values(result, "good").ptp()), 0.0)
    pooled(bench, result, ratio)
    told(bench, result)


def pooled(bench, result, ratio):
    """All eligible patients are a cohort as large as there is; errors by the estimators."""
    def figure(name):
        where = {"estimate": "study." + name}
        return float(result.get("estimate_pooled", **where)), float(result.get("estimate_pooled_se", **where))
    for name, expected in (("good_2y", survival("good", 2)), ("poor_1y", survival("poor", 1)),
                           ("died", incidence("poor", 2)), ("ratio", ratio)):
        value, se = figure(name)
        bench.judge.mean("pooled " + name, value, se, expected)
    eligible = int(result.get("emulation_eligible", emulation="study"))
    bench.judge.share("fraction, pooled", figure("good")[0], eligible, 0.4)


def told(bench, result):
    """Quantiles, means and counts are those of the cohorts' values."""
    levels = result.axis("cohort_quantile")
    for name in ("poor_1y", "ratio"):
        x = numpy.sort(values(result, name))
        want = [x[max(0, math.ceil(p * len(x) - 1e-9) - 1)] for p in levels]
        got = numpy.asarray(result.get("estimate_quantile", estimate="study." + name))
        bench.judge.exact("quantiles of " + name, float(numpy.abs(got - want).max()), 0.0)
    x = numpy.log(values(result, "ratio"))
    bench.judge.exact("geometric mean", float(result.get("estimate_mean", estimate="study.ratio")), math.exp(x.mean()))
    bench.judge.exact("sd of logarithms", float(result.get("estimate_sd", estimate="study.ratio")), x.std(ddof=1))
    used = int(result.get("emulation_used", emulation="study"))
    left = int(result.get("emulation_left_over", emulation="study"))
    bench.judge.exact("used", used, COHORTS * sum(SIZE.values()), 0)
    bench.judge.exact("left over", left, int(result.get("emulation_eligible", emulation="study")) - used, 0)


def threads_and_engines(bench):
    """The same file to the bit; small cohorts, so that all endings come about."""
    estimates = {"median": {"median": "os", "group": "good"}, "ratio": {"hazard ratio": "death", "of": "good", "cause": "death"},
                 "late": {"survival": "alive", "at": "4 y"}, "p": {"log rank": "os"}, "mean": {"restricted mean": "os", "to": "3 y"}}
    small = content(study(estimates=estimates, size=9, cohorts=800, **{"drop out": {"exponential": {"rate": "0.2/y"}}}))
    path = bench.program.write("small", small)
    digests = {bench.program.digest(bench.program.run_file(path, patients=9000, seed=SEED, threads=threads, flags=flags))
               for threads, flags in ((1, ()), (2, ()), (2, ("--engine", "reference")), (1, ("--batch", "100")))}
    bench.judge.exact("threads and engines", len(digests), 1, 0)
    result = bench.run(small, 9000)
    endings, counts = result.axis("estimate_ending"), numpy.asarray(result.get("estimate_n"))
    bench.judge.exact("every cohort ends somehow", int(counts.sum(axis=1).ptp()), 0, 0)
    for ending in ("estimated", "not_reached", "follow_up_too_short", "separated"):
        bench.judge.true(f"no cohort ends {ending}", counts[:, endings.index(ending)].sum() > 0)


# ---- R --------------------------------------------------------------------------------------------------------------

SCRIPT = """
library(survival)
options(digits = 15)
d <- read.csv(commandArgs(TRUE)[1])
for (k in unique(d$cohort)) {
  x <- d[d$cohort == k, ]
  s <- summary(survfit(Surv(time, status > 0) ~ 1, x), times = 2)$surv
  m <- summary(survfit(Surv(time, status > 0) ~ 1, x))$table[["median"]]
  r <- summary(survfit(Surv(time, status > 0) ~ 1, x), rmean = 2)$table[["rmean"]]
  a <- summary(survfit(Surv(time, factor(status, 0:2)) ~ 1, x), times = 2)$pstate[1, 2]
  b <- exp(coef(coxph(Surv(time, status > 0) ~ good + score, x))[["good"]])
  z <- exp(coef(coxph(Surv(time, status == 1) ~ score + strata(good), x))[["score"]])
  p <- survdiff(Surv(time, status > 0) ~ good, x)
  cat(k, s, m, r, a, b, z, 1 - pchisq(p$chisq, 1), "\\n", sep = " ", file = stdout())
}
"""
ESTIMATES = {
    "s": {"survival": "os", "at": "2 y"},
    "m": {"median": "os"},
    "r": {"restricted mean": "os", "to": "2 y"},
    "a": {"incidence": "death", "cause": "death", "at": "2 y"},
    "b": {"hazard ratio": "os", "of": "good", "adjusted for": "score"},
    "z": {"hazard ratio": "death", "cause": "death", "of": "score", "strata": "good_flag"},
    "p": {"log rank": "os"},
}


def cohorts_again(result, sizes):
    """(cohort, good, score, time, status) of the first cohorts, from the tables of patients and events."""
    table, events, names = result.table("patients", "only"), result.table("event_log", "only"), result.axis("event")
    def when(name):
        those = events["event"] == names.index(name)
        return dict(zip(events["patient"][those].tolist(), events["time"][those].tolist()))
    well, moved = when("well"), when("moved")
    members = {"good": [], "poor": []}
    for i, patient in enumerate(table["patient"].tolist()):
        if patient not in well:
            continue
        passed, observed = float(table["survival_time"][i]) - well[patient], float(table["observed"][i])
        status = 0 if not table["died"][i] or passed > observed else 2 if patient in moved else 1
        good = int(table["good"][i])
        members["good" if good else "poor"].append((good, float(table["score"][i]), min(passed, observed), status))
    for k in range(COMPARED):
        for group, size in sizes.items():
            yield from ((k, *row) for row in members[group][k * size:(k + 1) * size])


def against_r(bench):
    if bench.judge.self_check or not has_survival():
        print("not compared with R's package survival")
        return
    sizes = {"good": 40, "poor": 60}
    emulation = study(estimates=ESTIMATES, size=sizes, cohorts=COMPARED,
                      covariates={"score": "score", "good_flag": "good"}, **{"follow up": {"fixed": "observed"}})
    attributes = {"score": {"from": {"normal": {"mean": 0, "sd": 1}}},
                  "observed": {"from": {"uniform": {"min": "2.5 y", "max": "6 y"}}}}
    result = bench.run(content(emulation, attributes=attributes), 5000, flags=("--patients-table", "--event-log"))
    path = os.path.join(bench.program.folder, "cohorts.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["cohort", "good", "score", "time", "status"])
        writer.writerows(cohorts_again(result, sizes))
    done = subprocess.run(["Rscript", "--vanilla", "-e", SCRIPT, path], capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    bench.judge.exact("cohorts that R read", len(lines), COMPARED, 0)
    for line in lines:
        for name, text in zip(ESTIMATES, line[1:]):
            ours, theirs = float(values(result, name)[int(line[0])]), float(text)
            bench.judge.exact(f"cohort {line[0]}, {name}", ours, theirs, 1e-8)


def has_survival():
    if shutil.which("Rscript") is None:
        return False
    asked = subprocess.run(["Rscript", "--vanilla", "-e", 'quit(status = !requireNamespace("survival", quietly = TRUE))'],
                           capture_output=True, check=False)
    return asked.returncode == 0


def main():
    options = arguments(__doc__.split("\n", maxsplit=1)[0], self_check=SELF_CHECK)
    judge = Judge("cohorts", options.self_check)
    with Program(options.program) as program:
        bench = Bench(program, judge)
        survivals_and_ratios(bench)
        if not options.self_check:
            threads_and_engines(bench)
        against_r(bench)
    return judge.verdict()


sys.exit(main())
