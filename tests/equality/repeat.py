#!/usr/bin/python3
"""Running again: same seed, same bytes, whatever the threads; another seed, other luck.

Another seed must agree within Monte Carlo error, and twice the patients must bring the standard
error down by the square root of two.
"""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import pathway  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from results import Results  # noqa: E402
from study import arguments  # noqa: E402

# More than two blocks of patients, the last one not full.
PATIENTS = 10_000
QUANTITIES = ("life_years", "life_years_undiscounted", "qalys", "total_cost")


def written(program):
    """The experiment file of the pathway."""
    model, experiment = pathway.pathway()
    experiment["model"] = program.write("model", model)
    return program.write("experiment", experiment)


def same_bytes(program, judge, path):
    """Runs that differ in threads only, and one that differs in nothing."""
    runs = [program.run_file(path, patients=PATIENTS, threads=threads) for threads in (1, 2, 3, 1)]
    digests = [program.digest(run) for run in runs]
    for threads, digest in zip((2, 3), digests[1:]):
        judge.true(f"-j {threads} gives the result of -j 1", digest == digests[0])
    judge.true("the same command gives the same result", digests[3] == digests[0])
    return runs[0]


def other_seed(program, judge, path, first):
    """Independent luck: other numbers, the same truth."""
    second = Results(program.run_file(path, patients=PATIENTS, seed=12))
    for strategy in first.axis("strategy"):
        for quantity in QUANTITIES:
            values = [float(run.get(quantity, strategy=strategy)) for run in (first, second)]
            errors = [float(run.get(quantity + "_se", strategy=strategy))
                      for run in (first, second)]
            judge.mean(f"{strategy} {quantity} under another seed", values[1],
                       math.hypot(*errors), values[0])
            judge.true(f"{strategy} {quantity}: another seed is other luck", values[0] != values[1])


def twice_the_patients(program, judge, path, first):
    """The standard error of twice the patients; 5 % is ten of its own standard deviations."""
    double = Results(program.run_file(path, patients=2 * PATIENTS))
    for strategy in first.axis("strategy"):
        for quantity in QUANTITIES:
            ratio = (float(first.get(quantity + "_se", strategy=strategy))
                     / float(double.get(quantity + "_se", strategy=strategy)))
            judge.exact(f"{strategy} {quantity}: standard error", ratio, math.sqrt(2.0), 0.05)


def main():
    options = arguments(__doc__)
    judge = Judge("equality")
    with Program(options.program) as program:
        path = written(program)
        first = Results(same_bytes(program, judge, path))
        other_seed(program, judge, path, first)
        twice_the_patients(program, judge, path, first)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
