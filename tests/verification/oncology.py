#!/usr/bin/python3
"""The three-state oncology model against the equations of the semi-Markov process.

For one patient (sex, age), with the cumulative hazards H1 of progression and H2 of death before it,
counted from index, and H3 of death after progression, counted from progression:

    stable(t)     = exp(-H1(t) - H2(t))
    progressed(t) = integral over r of h1(r) stable(r) exp(-H3(t - r))

The second is a convolution, done on a grid by the trapezoidal rule; discounted life years in each state
are integrals of both. A waning ratio multiplies h1 and h2 by the line from the ratio to 1. The
answers are means over both sexes and over age (Gauss-Hermite quadrature of its normal law).
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402
from scipy.signal import fftconvolve  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

STUDY = os.path.join(HERE, "..", "..", "configs", "oncology.yaml")
PATIENTS = 100_000
SEED = 20260302

# progression, death while stable, death after progression: shape, scale in years
SHAPE = (2.0189, 2.4624, 3.4243)
SCALE = (7.0844, 10.3961, 8.9005)
FEMALE = (1.4067, 1.2147, 1.3585)
YEAR_OLDER = (1.0327, 1.0102, 1.0080)
RATIOS = {"soc": (1.0, 1.0), "new_1": (0.7016, 0.7159), "new_2": (0.5784, 0.5525)}
PRICE = {"soc": 120000.0, "new_1": 130000.0, "new_2": 200000.0}
CARE = (30000.0, 25000.0)
UTILITY = (0.85, 0.75)
AGE_SD = 5.5
FADES_FROM, FADES_TO = 3.0, 5.0
RATE = 0.03
STRATEGIES = ("soc", "new_1", "new_2", "new_1_fades", "new_2_fades")
TIMES = {"os": (5.0, 8.0, 10.0, 15.0), "pfs": (3.0, 5.0, 8.0)}

STEP = 0.01
TIME = np.arange(0.0, 50.0 + STEP / 2, STEP)


def area(values):
    """Trapezoidal rule on the grid."""
    return STEP * (np.sum(values) - 0.5 * (values[0] + values[-1]))


def accumulated(values):
    """The same up to each point of the grid."""
    return np.concatenate(([0.0], np.cumsum((values[1:] + values[:-1]) * STEP / 2.0)))


def hazard(transition, ratio):
    shape, scale = SHAPE[transition], SCALE[transition]
    return ratio * shape / scale * (TIME / scale) ** (shape - 1.0)


def effect(ratio, fades):
    """Ratio of the drug over time."""
    if not fades:
        return np.full_like(TIME, ratio)
    gone = np.clip((TIME - FADES_FROM) / (FADES_TO - FADES_FROM), 0.0, 1.0)
    return ratio + (1.0 - ratio) * gone


class Patient:
    """Probabilities of one sex and age under one strategy."""

    def __init__(self, drug, fades, female, age, forward=False):
        ratio = [(FEMALE[k] if female else 1.0) * YEAR_OLDER[k] ** (age - 60.0) for k in range(3)]
        leave = [hazard(k, ratio[k]) * effect(RATIOS[drug][k], fades) for k in range(2)]
        self.stable = np.exp(-accumulated(leave[0] + leave[1]))
        progressing = leave[0] * self.stable
        after = np.exp(-ratio[2] * (TIME / SCALE[2]) ** SHAPE[2])
        if forward:                     # the mistake of counting from index
            self.progressed = after * accumulated(progressing / np.maximum(after, 1e-300))
        else:
            folded = fftconvolve(progressing, after)[:TIME.size]
            ends = progressing[0] * after + progressing * after[0]
            self.progressed = STEP * (folded - 0.5 * ends)

    def years(self, rate):
        discount = (1.0 + rate) ** -TIME
        return np.array([area(self.stable * discount), area(self.progressed * discount)])


class Answer:
    """Means over the patients of one strategy."""

    def __init__(self, strategy, forward=False):
        self.drug = strategy.removesuffix("_fades")
        fades = strategy != self.drug
        nodes, weights = np.polynomial.hermite_e.hermegauss(9)
        weights = weights / np.sum(weights)
        self.os = np.zeros_like(TIME)
        self.pfs = np.zeros_like(TIME)
        self.years = {RATE: np.zeros(2), 0.0: np.zeros(2)}
        for female in (False, True):
            for node, weight in zip(nodes, weights / 2.0):
                patient = Patient(self.drug, fades, female, 60.0 + AGE_SD * node, forward)
                self.pfs += weight * patient.stable
                self.os += weight * (patient.stable + patient.progressed)
                for rate in self.years:
                    self.years[rate] += weight * patient.years(rate)

    def at(self, endpoint, time):
        return float(np.interp(time, TIME, getattr(self, endpoint)))

    def means(self):
        """By name in the result file."""
        discounted = self.years[RATE]
        drug = PRICE[self.drug] * discounted[0]
        return {"life_years_undiscounted": float(np.sum(self.years[0.0])),
                "life_years": float(np.sum(discounted)),
                "qalys": float(discounted @ UTILITY),
                "total_cost": float(drug + discounted @ CARE)}


def compare(judge, result, strategy, answer):
    forward = Answer(strategy, forward=True)
    wrong = forward.means()
    for name, expected in answer.means().items():
        mistakes = {"2 % more": 1.02 * expected}
        if name.startswith("life_years"):
            mistakes["time since index after progression"] = wrong[name]
        judge.mean(f"{strategy} {name}", float(result.get(name, strategy=strategy)),
                   float(result.get(name + "_se", strategy=strategy)), expected, wrong=mistakes)
    judge.mean(f"{strategy} cost of the drug",
               float(result.get("cost", strategy=strategy, category="drug")),
               float(result.get("cost_se", strategy=strategy, category="drug")),
               PRICE[answer.drug] * answer.years[RATE][0])
    for endpoint, times in TIMES.items():
        for time in times:
            share = float(result.get("survival", strategy=strategy, endpoint=endpoint, time=time))
            expected = answer.at(endpoint, time)
            judge.share(f"{strategy} {endpoint} at {time}", share, PATIENTS, expected, 1e-5,
                        {"events times 1.1": 1.0 - 1.1 * (1.0 - expected)})


def compare_increments(judge, result, answers):
    """Differences from standard care; where the effect fades, it must be told from one that stays."""
    base = answers["soc"].means()
    for strategy in STRATEGIES[1:]:
        lasting = answers[answers[strategy].drug].means()
        for name in ("total_cost", "qalys"):
            expected = answers[strategy].means()[name] - base[name]
            wrong = {"10 % more": 1.1 * expected, "10 % less": 0.9 * expected}
            if strategy.endswith("_fades"):
                wrong["no fading"] = lasting[name] - base[name]
            judge.mean(f"{strategy} increment of {name}",
                       float(result.get("increment_" + name, strategy=strategy)),
                       float(result.get(f"increment_{name}_se", strategy=strategy)), expected,
                       wrong=wrong)


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("oncology", options.self_check)
    with Program(options.program) as program:
        result = program.run(STUDY, patients=PATIENTS, seed=SEED)
        answers = {strategy: Answer(strategy) for strategy in STRATEGIES}
        for strategy, answer in answers.items():
            compare(judge, result, strategy, answer)
        compare_increments(judge, result, answers)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
