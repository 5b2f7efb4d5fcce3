#!/usr/bin/python3
"""Two Sick-Sicker models against answers found without simulation.

Constant rates: a Markov chain in continuous time. With generator Q among the living, discount rate d
and rewards r, the expected discounted rewards v solve (d I - Q) v = r; the script solves it again and
compares with the printed answers before it judges the simulation.

Ageing and a Weibull sojourn (after Lopez-Mendez et al., Med Decis Making 2026;46:533): answers by
integrating the Volterra equations of the semi-Markov process, printed to a few digits; half a unit of
the last digit is allowed for before a z-score is taken.
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

CONSTANT = os.path.join(HERE, "..", "..", "configs", "sick_sicker.yaml")
AGEING = os.path.join(HERE, "sick_sicker_ageing.yaml")
PATIENTS = 100_000
SEED = 20260102

NO_ONE_OFFS = {"cost_onset": "0 USD", "cost_death": "0 USD", "loss_onset": "0 d"}
NO_UTILITY = {"u_healthy": 0, "u_sick": 0, "u_sicker": 0}
PRICE = {"care_healthy": 2000.0, "care_sick": 4000.0, "care_sicker": 15000.0}

# strategy: (cost, QALY) without one-offs, then (cost, QALY) with one-offs at the event
CONSTANT_TOTALS = {
    "standard": (71292.624901, 16.792228, 74184.773989, 16.772125),
    "A": (134099.920698, 17.410785, 136992.069786, 17.390682),
    "B": (132563.979467, 18.186602, 135584.659699, 18.164495),
    "AB": (193718.379556, 18.906717, 196739.059788, 18.884610),
}
# discounted years healthy, sick, sicker; life years undiscounted and discounted
CONSTANT_YEARS = {
    "standard": ((13.402062, 3.092784, 2.141158), 37.396694, 18.636003),
    "B": ((14.738358, 3.600576, 1.495624), 44.197397, 19.834558),
}
AGEING_TOTALS = {
    "standard": (104153, 19.9021, 107068, 19.8793),
    "A": (194947, 20.6252, 197862, 20.6024),
    "B": (179193, 21.1558, 182283, 21.1307),
    "AB": (261402, 21.9921, 264491, 21.9671),
}
# years healthy, sick, sicker: discounted, undiscounted; life years undiscounted
AGEING_YEARS = {
    "standard": ((15.2152, 3.6154, 3.9508), (26.812, 6.546, 8.304), 41.662),
    "B": ((16.6850, 4.1816, 2.6691), (30.779, 7.910, 5.709), 44.398),
}
AGEING_ALIVE = {
    "standard": (0.9919, 0.9559, 0.8698, 0.6764, 0.4221, 0.1972),
    "B": (0.9923, 0.9619, 0.8925, 0.7337, 0.5086, 0.2714),
}
YEARS_SINCE_INDEX = (5, 15, 25, 35, 45, 55)


def solve_chain(hr_progression, rewards, discount=0.03):
    """Expected discounted rewards from healthy of the constant-rate chain."""
    progression = 0.09 * hr_progression
    generator = np.array([[-0.16, 0.15, 0.0],
                          [0.5, -0.53 - progression, progression],
                          [0.0, 0.0, -0.10]])
    return np.linalg.solve(discount * np.eye(3) - generator, rewards)[0]


def check_printed_answers(judge):
    """The printed answers of the constant-rate chain, solved again."""
    for strategy, (years, undiscounted, discounted) in CONSTANT_YEARS.items():
        ratio = 0.6 if strategy == "B" else 1.0
        for state in range(3):
            judge.exact(f"printed years {strategy} {state}",
                        solve_chain(ratio, np.eye(3)[state]), years[state], 1e-6)
        ones = np.ones(3)
        judge.exact("printed life years", solve_chain(ratio, ones, 0.0), undiscounted, 1e-7)
        judge.exact("printed discounted life years", solve_chain(ratio, ones), discounted, 1e-7)
    for strategy, (cost, qalys, _, _) in CONSTANT_TOTALS.items():
        ratio = 0.6 if "B" in strategy else 1.0
        treatment = 12000.0 * ("A" in strategy) + 13000.0 * ("B" in strategy)
        flows = np.array([2000.0, 4000.0 + treatment, 15000.0 + treatment])
        utility = np.array([1.0, 0.95 if "A" in strategy else 0.75, 0.5])
        judge.exact("printed cost", solve_chain(ratio, flows), cost, 1e-9)
        judge.exact("printed QALYs", solve_chain(ratio, utility), qalys, 1e-6)


class Comparison:
    """One result file against a table of answers; `wrong_by`: the share by which those of the
    self-check are wrong."""

    def __init__(self, judge, result, wrong_by=0.02):
        self.judge = judge
        self.result = result
        self.wrong_by = wrong_by

    def mean(self, quantity, strategy, expected, rounding=0.0, per=1.0, **where):
        value = float(self.result.get(quantity, strategy=strategy, **where)) / per
        se = float(self.result.get(quantity + "_se", strategy=strategy, **where)) / per
        wrong = {"too high": expected * (1 + self.wrong_by),
                 "too low": expected * (1 - self.wrong_by)}
        self.judge.mean(f"{strategy} {quantity} {where or ''}", value, se, expected, rounding, wrong)

    def totals(self, table, column, rounding=(0.0, 0.0)):
        """Cost and QALYs of every strategy; column 0 without one-offs, 2 with them."""
        for strategy, answers in table.items():
            self.mean("total_cost", strategy, answers[column], rounding[0])
            self.mean("qalys", strategy, answers[column + 1], rounding[1])

    def years(self, quantity, strategy, years, rounding=0.0):
        """Years in each state, read off what care in that state cost."""
        for (category, price), expected in zip(PRICE.items(), years):
            self.mean(quantity, strategy, expected, rounding, price, category=category)

    def increments(self, table, column, rounding=(0.0, 0.0)):
        """Differences from standard care, by their paired standard errors."""
        for strategy in ("A", "B", "AB"):
            for quantity, offset in (("total_cost", 0), ("qalys", 1)):
                expected = table[strategy][column + offset] - table["standard"][column + offset]
                self.mean("increment_" + quantity, strategy, expected, 2 * rounding[offset])


def constant_rates(program, judge):
    result = program.run(CONSTANT, patients=PATIENTS, seed=SEED)
    compare = Comparison(judge, result)
    compare.totals(CONSTANT_TOTALS, 2)
    Comparison(judge, result, 0.1).increments(CONSTANT_TOTALS, 2)
    compare.wrong_by = 0.05
    for strategy, (years, undiscounted, discounted) in CONSTANT_YEARS.items():
        compare.years("cost", strategy, years)
        compare.mean("life_years_undiscounted", strategy, undiscounted)
        compare.mean("life_years", strategy, discounted)
        answers = CONSTANT_TOTALS[strategy]
        compare.mean("cost", strategy, answers[2] - answers[0], 1e-6, category="transitions")
    plain = program.run(CONSTANT, patients=PATIENTS, seed=SEED, settings=NO_ONE_OFFS)
    Comparison(judge, plain).totals(CONSTANT_TOTALS, 0)
    onsets = program.run(CONSTANT, patients=PATIENTS, seed=SEED, settings=NO_UTILITY)
    for strategy in CONSTANT_YEARS:
        answers = CONSTANT_TOTALS[strategy]
        Comparison(judge, onsets, 0.05).mean("qalys", strategy, answers[3] - answers[1], 1e-6)


def ageing(program, judge):
    digits = (0.5, 0.00005)
    result = program.run(AGEING, patients=PATIENTS, seed=SEED)
    compare = Comparison(judge, result)
    compare.totals(AGEING_TOTALS, 2, digits)
    Comparison(judge, result, 0.1).increments(AGEING_TOTALS, 2, digits)
    compare.wrong_by = 0.05
    for strategy, (discounted, undiscounted, total) in AGEING_YEARS.items():
        compare.years("cost", strategy, discounted, 0.00005)
        compare.years("cost_undiscounted", strategy, undiscounted, 0.0005)
        compare.mean("life_years_undiscounted", strategy, total, 0.0005)
    for strategy, answers in AGEING_ALIVE.items():
        for year, expected in zip(YEARS_SINCE_INDEX, answers):
            alive = result.get("survival", strategy=strategy, endpoint="os", time=float(year))
            more = 1.5 if expected > 0.95 else 1.1
            wrong = {f"deaths times {more}": 1.0 - more * (1.0 - expected)}
            judge.share(f"{strategy} alive at {year}", float(alive), PATIENTS, expected, 0.00005,
                        wrong)
    plain = program.run(AGEING, patients=PATIENTS, seed=SEED, settings=NO_ONE_OFFS)
    Comparison(judge, plain).totals(AGEING_TOTALS, 0, digits)
    decide(judge, result)


def decide(judge, result):
    """B costs 60,102 a QALY against standard care; A is dominated by B."""
    cost = {name: float(result.get("total_cost", strategy=name)) for name in AGEING_TOTALS}
    qalys = {name: float(result.get("qalys", strategy=name)) for name in AGEING_TOTALS}
    judge.true("A is dominated by B", cost["A"] > cost["B"] and qalys["A"] < qalys["B"])
    gain = qalys["B"] - qalys["standard"]
    net = cost["B"] - cost["standard"] - 60102 * gain
    errors = (float(result.get("increment_total_cost_se", strategy="B")),
              float(result.get("increment_qalys_se", strategy="B")))
    # Without the covariance of the two increments this is the largest standard error possible.
    judge.mean("ICER of B against standard", net, errors[0] + 60102 * errors[1], 0.0,
               rounding=0.5 * gain + 0.5, wrong={"20 % higher": 0.2 * 60102 * gain})


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("sick_sicker", options.self_check)
    check_printed_answers(judge)
    with Program(options.program) as program:
        constant_rates(program, judge)
        ageing(program, judge)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
