#!/usr/bin/python3
"""The transplantation model against Kolmogorov's forward equations.

Until relapse the model is a Markov process whose rates are constant within periods of time since transplantation, so
that its state probabilities are products of matrix exponentials, one for each of the 36 kinds of patient and mixed by
their numbers. Death after relapse runs by time since relapse: the relapses of each day times the share who have died
since. Rates, ratios and patients are read from the same files that the simulator reads; nothing else is shared.
"""
import csv
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402
from scipy.linalg import expm  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

CONFIGS = os.path.join(HERE, "..", "..", "configs")
PATIENTS = 200_000
SEED = 20260104
YEAR = 365.25
HORIZON = 15 * YEAR
DAYS = int(HORIZON) + 1
LOOKED_AT = (30, 100, 365, 1825, 3650)  # days
STATES = {"tx": 0, "rec": 1, "ae": 2, "both": 3, "rel": 4, "dead": 5}
NAMES = ("transplanted", "recovered", "adverse_event", "both", "relapsed", "dead", "dead_after_relapse")
COVARIATES = ("age_group", "era", "donor", "prophylaxis")
STRATEGIES = {"practice": (None, 1.0), "all": ("given", 1.0), "none": ("withheld", 1.0), "fewer": (None, 0.5)}


def rows(name):
    with open(os.path.join(CONFIGS, f"transplant_{name}.csv"), encoding="utf-8") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


class Numbers:
    """The numbers of the files: daily rates by step and first day of the period, ratios, kinds of patient."""

    def __init__(self):
        self.rate = {}
        for row in rows("rates"):
            since = self.rate.setdefault(row["step"], {})
            since[int(row["period"][1:])] = float(row["rate"]) / YEAR
        self.ratio = {(row["step"], row["covariate"], row["level"]): float(row["value"])
                      for row in rows("ratios")}
        self.kinds = list(rows("patients"))
        count = np.array([float(kind["patients"]) for kind in self.kinds])
        self.weight = count / count.sum()

    def factor(self, step, kind, prophylaxis, adverse):
        """By what a kind of patient's rate differs from that of the reference."""
        levels = {**kind, "prophylaxis": prophylaxis or kind["prophylaxis"]}
        factor = adverse if step in ("tx_ae", "rec_both") else 1.0
        for covariate in COVARIATES:
            factor *= self.ratio.get((step, covariate, levels[covariate]), 1.0)
        return factor


def generator(numbers, period, factor):
    q = np.zeros((6, 6))
    for step, rate in numbers.rate.items():
        if step == "rel_dead":
            continue
        source, target = (STATES[name] for name in step.split("_"))
        q[source, target] = rate[period] * factor[step]
        q[source, source] -= q[source, target]
    return q


def until_relapse(numbers, factor):
    """State probabilities at each whole day; a further half day is not looked at."""
    probability = np.zeros((DAYS + 1, 6))
    probability[0, 0] = 1.0
    periods = sorted(numbers.rate["tx_rec"])
    for period, end in zip(periods, [*periods[1:], DAYS]):
        step = expm(generator(numbers, period, factor))
        for day in range(period, end):
            probability[day + 1] = probability[day] @ step
    return probability


def dead_since(numbers, factor):
    """Share of the relapsed who have died, at half a day and each day after it since relapse."""
    rate = numbers.rate["rel_dead"]
    cuts = np.array(sorted(rate), dtype=float)
    hazard = np.array([rate[int(cut)] for cut in cuts]) * factor["rel_dead"]
    time = np.arange(DAYS + 1) + 0.5
    passed = np.clip(time[:, None] - cuts, 0.0, np.append(np.diff(cuts), np.inf))
    return -np.expm1(-passed @ hazard)


def answer(numbers, kind, prophylaxis, adverse):
    """Probabilities of the seven states at each whole day for a kind of patient."""
    factor = {step: numbers.factor(step, kind, prophylaxis, adverse) for step in numbers.rate}
    early = until_relapse(numbers, factor)
    relapses = np.diff(early[:, STATES["rel"]])
    died = np.zeros(DAYS + 1)
    died[1:] = np.convolve(relapses, dead_since(numbers, factor))[:DAYS]
    result = np.column_stack([early, died])
    result[:, STATES["rel"]] -= died
    return result


class Answers:
    """Probabilities by strategy: [kind, day, state]."""

    def __init__(self):
        self.numbers = Numbers()
        self.of = {name: np.array([answer(self.numbers, kind, *how) for kind in self.numbers.kinds])
                   for name, how in STRATEGIES.items()}

    def mixed(self, strategy, attribute=None, label=None):
        """Over all patients, or those of a subgroup."""
        weight = self.numbers.weight.copy()
        if attribute:
            column = "prophylaxis" if attribute == "in_practice" else attribute
            weight *= [kind[column] == label for kind in self.numbers.kinds]
        return np.einsum("k,kds->ds", weight / weight.sum(), self.of[strategy])

    def years(self, strategy):
        """Life years to the horizon: the survival curve by the trapezoid rule, whose last piece is not a whole day."""
        alive = self.mixed(strategy)[:, :5].sum(axis=1)
        whole = int(HORIZON)
        last = HORIZON - whole
        at_end = alive[whole] + last * (alive[whole + 1] - alive[whole])
        return (np.trapz(alive[:whole + 1]) + last * (alive[whole] + at_end) / 2) / YEAR


def off(expected, n):
    """Wrong answers for a share: 5 % off, or what rare events need to be told apart by so many patients."""
    by = max(0.05 * expected, 8 * np.sqrt(expected * (1 - expected) / n) + 30 / n)
    return {"too high": expected + by, "too low": max(0.0, expected - by)}


def overall(result, answers, judge):
    for strategy in STRATEGIES:
        expected = answers.mixed(strategy)
        for day in LOOKED_AT:
            for i, state in enumerate(NAMES):
                share = float(result.get("state_occupancy", strategy=strategy, state=state, time=day / YEAR))
                judge.share(f"{strategy} {state} day {day}", share, PATIENTS, expected[day, i],
                            wrong=off(expected[day, i], PATIENTS))
        years = answers.years(strategy)
        judge.mean(f"{strategy} life years", float(result.get("life_years", strategy=strategy)),
                   float(result.get("life_years_se", strategy=strategy)), years, 1e-6)
        if strategy != "practice":
            difference = years - answers.years("practice")
            judge.mean(f"{strategy} life years gained", float(result.get("increment_life_years", strategy=strategy)),
                       float(result.get("increment_life_years_se", strategy=strategy)), difference, 2e-6,
                       wrong={"by half": 1.5 * difference, "by a third": difference / 1.5})


def by_subgroup(result, answers, judge):
    """States, survival and incidences by age and by what was given in practice, one attribute at a time."""
    for name in result.axis("subgroup"):
        expected = answers.mixed("practice", *name.split("="))
        where = {"strategy": "practice", "subgroup": name}
        n = int(result.get("subgroup_n", **where))

        def compare(what, day, right, n=n, where=where, **which):
            share = float(result.get(what + "_by_subgroup", time=day / YEAR, **which, **where))
            judge.share(f"{where} {which} day {day}", share, n, right, wrong=off(right, n))

        for day in (100, 1825):
            for i, state in enumerate(NAMES):
                compare("state_occupancy", day, expected[day, i], state=state)
        compare("survival", 1825, expected[1825, :5].sum(), endpoint="os")
        compare("cumulative_incidence", 1825, expected[1825, [4, 6]].sum(), cause="relapse")
        compare("cumulative_incidence", 1825, expected[1825, 5], cause="death_in_remission")


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("transplant", options.self_check)
    answers = Answers()
    with Program(options.program) as program:
        result = program.run(os.path.join(CONFIGS, "transplant.yaml"), patients=PATIENTS, seed=SEED)
    overall(result, answers, judge)
    by_subgroup(result, answers, judge)
    inside = result.get("target_verdict") == 0
    judge.true(f"Aalen-Johansen and Kaplan-Meier estimates: {inside.sum()} of {inside.size} agree", inside.all())
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
