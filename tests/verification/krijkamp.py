#!/usr/bin/python3
"""The extended Sick-Sicker microsimulation of Krijkamp et al. against its expectation.

Med Decis Making 2018;38:400, appendix B. A cohort with a compartment for every number of years
ill: what the published program draws, in shares. The effect modifier is independent of everything
else and has mean 1, so it leaves the expectation as it is. The published simulation (100,000
people) and its standard errors are held against the same shares.
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

STUDY = os.path.join(HERE, "..", "..", "configs", "krijkamp.yaml")
PATIENTS = 400_000
SEED = 20260104
CYCLES = 30
LOOKED_AT = (1, 2, 5, 10, 20, 30)
HEALTHY, SICK, SICKER, DEAD = range(4)
STATES = ("healthy", "sick", "sicker", "dead")
# (mean, standard error): printed at the end of appendix B
PUBLISHED = {"untreated": ((62667, 120), (15.279, 0.017)),
             "treated": ((117455, 231), (15.786, 0.017))}
PUBLISHED_GAIN = ((54787, 117), (0.508, 0.001))


def step(shares, worse_per_year):
    """Shares a year later; shares[state, k]: in the state, ill at k cycles without a break."""
    ill_before = np.arange(CYCLES + 1)
    rate = -np.log(1 - 0.005) * (1 + worse_per_year * ill_before)
    die = np.array([np.full(CYCLES + 1, 0.005), -np.expm1(-3 * rate), -np.expm1(-10 * rate)])
    after = np.zeros_like(shares)
    healthy, sick, sicker, dead = shares
    after[HEALTHY, 0] = healthy[0] * (1 - 0.15 - 0.005) + 0.5 * sick.sum()
    after[SICK, 1] = 0.15 * healthy[0]
    after[SICK, 1:] += (sick * (1 - 0.5 - 0.105 - die[SICK]))[:-1]
    after[SICKER, 1:] = (0.105 * sick + sicker * (1 - die[SICKER]))[:-1]
    after[DEAD, 0] = dead.sum() + (shares[:3] * die).sum()
    return after


def account(shares, treated):
    """Cost and QALYs of one cycle, undiscounted; utility reads the years ill before this one."""
    before = np.maximum(np.arange(CYCLES + 1) - 1, 0)
    sick = 0.95 - 0.03 * before if treated else np.full(CYCLES + 1, 0.75)
    drug = 12000 if treated else 0
    totals = shares.sum(axis=1)
    cost = totals[:3] @ [2000, 4000 + drug, 15000 + drug]
    return np.array([cost, totals[HEALTHY] + shares[SICK] @ sick + 0.5 * totals[SICKER]])


def cohort(treated, worse_per_year=0.2):
    """Discounted (cost, QALYs) of cycles 0 to 30, and the states at each."""
    shares = np.zeros((4, CYCLES + 1))
    shares[HEALTHY, 0] = 1
    total, course = account(shares, treated), [shares.sum(axis=1)]
    for cycle in range(1, CYCLES + 1):
        shares = step(shares, worse_per_year)
        total = total + account(shares, treated) / 1.03**cycle
        course.append(shares.sum(axis=1))
    return total, np.array(course)


def published(judge, answers):
    """The publication's own simulation differs from the cohort by its luck alone."""
    for strategy, figures in PUBLISHED.items():
        for name, (value, se), answer in zip(("cost", "QALYs"), figures, answers[strategy]):
            # The published errors are wide, so only a large mistake shows
            judge.mean(f"published {strategy} {name}", value, se, answer,
                       wrong={"7 % higher": 1.07 * answer, "7 % lower": 0.93 * answer})
    gain = answers["treated"] - answers["untreated"]
    for name, (value, se), answer in zip(("cost", "QALYs"), PUBLISHED_GAIN, gain):
        judge.mean(f"published gain {name}", value, se, answer, 0.0005 if name == "QALYs" else 0.5)


def totals(judge, result, answers, forgetful):
    """Means and differences; a model without memory is the wrong answer that must be seen."""
    for strategy, expected in answers.items():
        for name, answer, wrong in zip(("total_cost", "qalys"), expected, forgetful[strategy]):
            judge.mean(f"{strategy} {name}", float(result.get(name, strategy=strategy)),
                       float(result.get(name + "_se", strategy=strategy)), answer,
                       wrong={"no memory": wrong, "2 % higher": 1.02 * answer})
    gain = answers["treated"] - answers["untreated"]
    for name, answer in zip(("total_cost", "qalys"), gain):
        judge.mean(f"gain {name}", float(result.get("increment_" + name, strategy="treated")),
                   float(result.get(f"increment_{name}_se", strategy="treated")), answer,
                   wrong={"3 % higher": 1.03 * answer, "3 % lower": 0.97 * answer})


def occupancy(judge, result, course):
    for cycle in LOOKED_AT:
        for state, expected in zip(STATES, course[cycle]):
            share = float(result.get("state_occupancy", strategy="treated", state=state,
                                     time=float(cycle)))
            if expected == 0:
                judge.true(f"nobody {state} after {cycle} cycles", share == 0)
                continue
            judge.share(f"{state} after {cycle} cycles", share, PATIENTS, expected,
                        wrong={"a third more": min(1.0, expected * 4 / 3),
                               "a third fewer": expected * 2 / 3})


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("krijkamp", options.self_check)
    answers = {name: cohort(name == "treated")[0] for name in PUBLISHED}
    forgetful = {name: cohort(name == "treated", 0.0)[0] for name in PUBLISHED}
    published(judge, answers)
    with Program(options.program) as program:
        result = program.run(STUDY, patients=PATIENTS, seed=SEED)
        totals(judge, result, answers, forgetful)
        occupancy(judge, result, cohort(True)[1])
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
