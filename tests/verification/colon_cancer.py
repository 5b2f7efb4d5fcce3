#!/usr/bin/python3
"""Adjuvant treatment of colon cancer against its exact answer, and that against published runs.

With S the survival without recurrence from the cancer alone, B survival from other causes, f the density of
recurrence, D survival after it, v and w the discount factors of costs and effects and c the length
of a cycle, each part of the answer is an integral, averaged over the two risk groups:

    cycles      sum over k < 10 of (price + p_toxicity price_toxicity) S(kc) B(kc) v(kc)
    visits      each year from a = 10c + k to b, k < 5: price (S(b) B(b) v(b) + integral of -(S B)' v)
    recurrence  price times the integral of f B v
    QALYs       integral of u S B w, and of u f(r) D(a) B(r + a) w(r + a) over recurrence at r and time
                a after it

They are done by Gauss-Legendre quadrature here.

Published runs: those of Degeling et al. (simmer; the comment in section 5 of their script
2_deterministic_model.R, 100,000 patients) and of WARDEN's article example_colon_degeling (merged_data,
cumulative means of patient 99,501). Their standard errors are ours, scaled to their number of
patients: independent between arms in simmer, paired in WARDEN. After a recurrence simmer's code holds
the time of death from other causes, which counts from index, against time since recurrence (`late`);
WARDEN's pays visits when their years begin (`visits_early`). Each is compared with the answer
under its own accounting.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

STUDY = os.path.join(HERE, "..", "..", "configs", "colon_cancer.yaml")
PATIENTS = 200_000
SEED = 20260301

CYCLE = 3.0 / 52.0
ADJUVANT_END = 10 * CYCLE
LAST = 100.0
SHAPE = 1.77977114896326
GOMPERTZ = (0.100559042221505, 0.00665743407339234)
RISK = {"low": 0.4, "high": 0.6}
ARMS = {
    "lev": {"low": (0.488186991523229, 1.38283630454774),
            "high": (0.214810267441731, 0.789492793640768),
            "after": (1.485045044099, 1.00935168932233), "cycle": 5000.0, "toxicity": 0.2},
    "lev_5fu": {"low": (0.65641085001312, 1.58521155099032),
                "high": (0.353984786085761, 0.905033438728147),
                "after": (1.44829250447263, 0.810984232666931), "cycle": 15000.0, "toxicity": 0.4},
}
CATEGORIES = ("adjuvant", "toxicity", "monitoring", "advanced")
SURVIVAL_TIMES = (1.0, 3.0, 5.0, 10.0)

# (incremental cost, incremental QALYs) of runs of about 100,000 patients
SIMMER = ((93663.03, 1.896256), (93862.983, 1.919), (93747.068, 1.945), (93703.996, 1.912))
SIMMER_ARMS = {"lev": (76593.79, 6.527653), "lev_5fu": (170256.8, 8.423909)}
WARDEN = (93758.548, 1.949)
THEIR_PATIENTS = 100_000

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


def integral(function, edges):
    """Of a function of an array of times over pieces with these edges."""
    edges = np.asarray(edges)
    half = np.diff(edges) / 2.0
    times = edges[:-1, None] + half[:, None] * (1.0 + NODES)
    return float(np.sum(function(times.ravel()).reshape(times.shape) * WEIGHTS * half[:, None]))


def pieces(start, end, *breaks):
    """Edges that are dense after time zero, where log-logistic densities bend."""
    edges = np.concatenate(([0.0], np.geomspace(1e-4, LAST, 90), np.arange(0.0, 10.0), breaks))
    inside = edges[(edges > start) & (edges < end)]
    return np.unique(np.concatenate(([start], inside, [end])))


def log_logistic(time, shape, scale):
    return 1.0 / (1.0 + (time / scale) ** shape)


def others(time, since=0.0):
    """Survival from other causes, of those alive at `since`."""
    shape, rate = GOMPERTZ
    return np.exp(rate / shape * (np.exp(shape * since) - np.exp(shape * time)))


class Group:
    """The patients of one arm and one risk group."""

    def __init__(self, arm, risk):
        self.arm = ARMS[arm]
        self.cured, self.scale = self.arm[risk]

    def uncured(self, time):
        return log_logistic(time, SHAPE, self.scale)

    def free(self, time):
        """Alive without recurrence."""
        return (self.cured + (1.0 - self.cured) * self.uncured(time)) * others(time)

    def recurrence(self, time):
        """Density of recurrence among all."""
        survival = self.uncured(time)
        odds = SHAPE / time * (1.0 - survival)
        return (1.0 - self.cured) * survival * odds * others(time)

    def leaving(self, time):
        """Density of recurrence or death before it."""
        shape, rate = GOMPERTZ
        return self.recurrence(time) + self.free(time) * rate * np.exp(shape * time)

    def alive(self, time):
        def recurrent(since):
            after = log_logistic(time - since, *self.arm["after"]) * others(time, since)
            return self.recurrence(since) * after
        edges = pieces(0.0, time, *(time - np.geomspace(1e-4, time, 60)[:-1]))
        return self.free(time) + integral(recurrent, edges)

    def costs(self, rate, visits_early=False):
        """Expected discounted cost by category."""
        discount = lambda t: (1.0 + rate) ** -t  # noqa: E731
        starts = CYCLE * np.arange(10)
        cycles = float(np.sum(self.free(starts) * discount(starts)))
        years = ADJUVANT_END + np.arange(5)
        if visits_early:
            visits = float(np.sum(self.free(years) * discount(years)))
        else:
            ends = years + 1.0
            visits = float(np.sum(self.free(ends) * discount(ends)))
            visits += integral(lambda t: self.leaving(t) * discount(t),
                               np.linspace(years[0], ends[-1], 21))
        recurrences = integral(lambda t: self.recurrence(t) * discount(t), pieces(0.0, LAST))
        return {"adjuvant": self.arm["cycle"] * cycles,
                "toxicity": 2000.0 * self.arm["toxicity"] * cycles,
                "monitoring": 1000.0 * visits, "advanced": 40000.0 * recurrences}

    def years_after(self, recurrence, rate, late):
        """Discounted life years after a recurrence at this time, counted from it."""
        def surviving(time):
            clock = np.maximum(time, recurrence) if late else recurrence + time
            alive = others(clock, since=recurrence)
            return log_logistic(time, *self.arm["after"]) * alive * (1.0 + rate) ** -time
        return integral(surviving, pieces(0.0, LAST, recurrence))

    def life_years(self, rate, late=False):
        """Discounted years in adjuvant treatment, free after it, and after recurrence."""
        free = lambda t: self.free(t) * (1.0 + rate) ** -t  # noqa: E731
        after = np.vectorize(lambda r: self.years_after(r, rate, late))
        return np.array([
            integral(free, pieces(0.0, ADJUVANT_END)),
            integral(free, pieces(ADJUVANT_END, LAST)),
            integral(lambda r: self.recurrence(r) * (1.0 + rate) ** -r * after(r),
                     np.concatenate(([0.0], np.geomspace(1e-3, LAST, 24))))])


class Answer:
    """Means over all patients of an arm."""

    def __init__(self, arm, cost_rate=0.04, effect_rate=0.015, visits_early=False, late=False):
        groups = {risk: Group(arm, risk) for risk in RISK}
        costs = {risk: group.costs(cost_rate, visits_early) for risk, group in groups.items()}
        self.cost = {name: sum(RISK[risk] * costs[risk][name] for risk in RISK)
                     for name in CATEGORIES}
        self.total_cost = sum(self.cost.values())
        years = {risk: group.life_years(effect_rate, late) for risk, group in groups.items()}
        utility = np.array([0.7 - 0.1 * ARMS[arm]["toxicity"], 0.8, 0.6])
        self.life_years = sum(RISK[risk] * float(np.sum(years[risk])) for risk in RISK)
        self.qalys = sum(RISK[risk] * float(utility @ years[risk]) for risk in RISK)
        self.groups = groups

    def at(self, what, time):
        """Mean of a curve of the groups: "free" or "alive"."""
        return sum(RISK[risk] * float(getattr(group, what)(time))
                   for risk, group in self.groups.items())


def compare_arm(judge, result, arm, answer):
    """Costs, life years, QALYs and survival of one arm."""
    exchanged = Answer(arm, cost_rate=0.015, effect_rate=0.04)
    for name in ("total_cost", "life_years", "qalys"):
        judge.mean(f"{arm} {name}", float(result.get(name, strategy=arm)),
                   float(result.get(name + "_se", strategy=arm)), getattr(answer, name),
                   wrong={"rates of discounting exchanged": getattr(exchanged, name)})
    for name in CATEGORIES:
        judge.mean(f"{arm} {name}", float(result.get("cost", strategy=arm, category=name)),
                   float(result.get("cost_se", strategy=arm, category=name)), answer.cost[name])
    for time in SURVIVAL_TIMES:
        for endpoint, what in (("os", "alive"), ("rfs", "free")):
            share = float(result.get("survival", strategy=arm, endpoint=endpoint, time=time))
            judge.share(f"{arm} {endpoint} at {time}", share, PATIENTS, answer.at(what, time))


def compare_increments(judge, result, answers):
    for name in ("total_cost", "qalys"):
        expected = getattr(answers["lev_5fu"], name) - getattr(answers["lev"], name)
        judge.mean(f"increment of {name}",
                   float(result.get("increment_" + name, strategy="lev_5fu")),
                   float(result.get(f"increment_{name}_se", strategy="lev_5fu")), expected,
                   wrong={"10 % more": 1.1 * expected, "10 % less": 0.9 * expected})


def standard_errors(result, name):
    """Of the means and of their paired difference, at the published number of patients."""
    scale = (PATIENTS / THEIR_PATIENTS) ** 0.5
    arms = {arm: scale * float(result.get(name + "_se", strategy=arm)) for arm in ARMS}
    return arms, scale * float(result.get(f"increment_{name}_se", strategy="lev_5fu"))


def compare_published(judge, result):
    simmer = {arm: Answer(arm, late=True) for arm in ARMS}
    warden = {arm: Answer(arm, visits_early=True) for arm in ARMS}
    for column, name in enumerate(("total_cost", "qalys")):
        arms, paired = standard_errors(result, name)
        for arm, figures in SIMMER_ARMS.items():
            judge.mean(f"simmer {arm} {name}", figures[column], arms[arm],
                       getattr(simmer[arm], name))
        difference = getattr(simmer["lev_5fu"], name) - getattr(simmer["lev"], name)
        unpaired = (arms["lev"] ** 2 + arms["lev_5fu"] ** 2) ** 0.5
        judge.mean(f"simmer increment of {name}", np.mean([run[column] for run in SIMMER]),
                   unpaired / len(SIMMER) ** 0.5, difference,
                   wrong={"10 % more": 1.1 * difference, "10 % less": 0.9 * difference})
        difference = getattr(warden["lev_5fu"], name) - getattr(warden["lev"], name)
        judge.mean(f"WARDEN increment of {name}", WARDEN[column], paired, difference, 0.0005,
                   wrong={"10 % more": 1.1 * difference, "10 % less": 0.9 * difference})


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("colon_cancer", options.self_check)
    with Program(options.program) as program:
        result = program.run(STUDY, patients=PATIENTS, seed=SEED)
        answers = {arm: Answer(arm) for arm in ARMS}
        for arm, answer in answers.items():
            compare_arm(judge, result, arm, answer)
        compare_increments(judge, result, answers)
        compare_published(judge, result)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
