#!/usr/bin/python3
"""The hand-written programs and the simulator agree on every declared outcome, and the floor counts what there is.

Both are simulations, so every mean, share and point of a survival curve is judged by the standard error of the
difference. For a variance between patients nobody states a standard error: it is taken from repetitions of the
hand-written program. With --self-check the simulator is given one wrong number, which must be noticed.
"""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402

from judge import Judge  # noqa: E402
from measure import Bench, experiment  # noqa: E402

PATIENTS = 100_000
REPETITIONS = 400  # of a twentieth of the patients
WRONG = {"illness_death": "ill_scale=6.6 y", "salvage": "relapse_scale=1.32 y"}


def pooled_error(a, n_a, b, n_b):
    """Standard error of the difference of two shares that are equal if all is well."""
    share = (a * n_a + b * n_b) / (n_a + n_b)
    return np.sqrt(share * (1 - share) * (1 / n_a + 1 / n_b))


class Comparison:
    """One hand-written program beside a run of the simulator."""

    def __init__(self, judge, label, facts, twin):
        self.judge, self.label, self.twin = judge, label, twin
        self.result, self.n_result, self.n_twin = facts["result"], facts["patients"], twin["patients"]

    def quantity(self, name, ending=""):
        stem, _, category = name.partition("/")
        where = {"category": category} if category else {}
        return float(self.result.get(stem + ending, strategy="only", **where))

    def means(self):
        for name, (mean, variance) in self.twin["quantities"].items():
            error = np.hypot(self.quantity(name, "_se"), np.sqrt(variance / self.n_twin))
            self.judge.mean(f"{self.label} {name}", mean, error, self.quantity(name))

    def events(self):
        for name, (mean, variance, ever) in self.twin["events"].items():
            count, error, share = (float(self.result.get(dataset, strategy="only", event=name))
                                   for dataset in ("event_count", "event_count_se", "event_ever"))
            self.judge.mean(f"{self.label} {name}", mean, np.hypot(error, np.sqrt(variance / self.n_twin)), count)
            error = pooled_error(ever, self.n_twin, share, self.n_result)
            self.judge.mean(f"{self.label} {name} ever", ever, error, share)

    def survival(self):
        for endpoint, curve in self.twin["survival"].items():
            expected = self.result.get("survival", strategy="only", endpoint=endpoint)
            self.judge.true(f"{self.label}: points of {endpoint}", len(expected) == len(curve))
            errors = pooled_error(np.array(curve), self.n_twin, expected, self.n_result)
            for k, error in enumerate(errors):
                self.judge.mean(f"{self.label} {endpoint} at point {k}", curve[k], float(error), float(expected[k]))


def judge_variances(judge, bench, name, file, flags):
    """Variances between patients: the simulator's runs against those of the C program, few patients at a time."""
    n = PATIENTS // 20
    twins = [bench.by_hand(name, n, 1000 + i)["quantities"] for i in range(REPETITIONS)]
    facts = bench.simulator(file, n * 20, *flags, seed=2)
    compare = Comparison(judge, name, facts, {"patients": n})
    for quantity in twins[0]:
        seen = np.array([twin[quantity][1] for twin in twins])
        error = seen.std(ddof=1) * np.sqrt(1 / REPETITIONS + 1 / 20)
        judge.mean(f"{name} variance of {quantity}", seen.mean(), error, compare.quantity(quantity, "_variance"))


def judge_model(judge, bench, name, flags=()):
    file = experiment(name)
    facts = bench.simulator(file, PATIENTS, *flags)
    twins = {"C": bench.by_hand(name, PATIENTS), "numpy": bench.in_numpy(name, PATIENTS)}
    if name == "illness_death":
        twins["SIMD"] = bench.by_hand(name + "_simd", PATIENTS + 3)  # the last register is not full
    for label, twin in twins.items():
        comparison = Comparison(judge, f"{name} in {label}", facts, twin)
        comparison.means()
        comparison.events()
        comparison.survival()
    judge_variances(judge, bench, name, file, flags)


def judge_floor(judge, bench):
    """What is counted for the floor is what the lives had: two clocks and an end, and more for those who fall ill."""
    file = experiment("illness_death")
    ill = float(bench.simulator(file, 1000)["result"].get("event_count", strategy="only", event="fall_ill"))
    parts = bench.json([os.path.join(bench.folder, "floor"), file, "1000"])["parts"]
    counted = {part["what"]: part["per_life"] for part in parts}
    for what, expected in (("uniforms", 2 + ill), ("hazards of clocks, -log u", 2 + ill),
                           ("fall_ill: weibull, remaining", 1), ("die_healthy: weibull, remaining", 1),
                           ("die_ill: weibull, remaining", ill), ("discounted times", 1 + ill)):
        judge.exact(f"floor: {what}", counted.pop(what, 0.0), expected)
    judge.true(f"floor: counted what is not there: {counted}", not counted)


def wrong_is_noticed(bench, name):
    """Exit code: 0 if many comparisons fail with a wrong number in the simulator."""
    judge = Judge("benchmark")
    judge_model(judge, bench, name, ("--set", WRONG[name]))
    noticed = len(judge.failures)
    print(f"{name}: {noticed} of {judge.made} comparisons notice {WRONG[name]}")
    return int(noticed < judge.made // 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--self-check", action="store_true")
    options = parser.parse_args()
    with Bench(options.program, options.folder) as bench:
        if options.self_check:
            return max([wrong_is_noticed(bench, name) for name in WRONG])
        judge = Judge("benchmark")
        for name in WRONG:
            judge_model(judge, bench, name)
        judge_floor(judge, bench)
        return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
