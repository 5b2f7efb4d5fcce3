"""Parameters come back: figures of studies that luck has made are fitted from other starts, many times over.

Each replicate is a set of studies simulated with known parameters, K of N patients each. What is found,
less the truth, in standard deviations of the posterior must be a standard normal number: its mean over the
replicates is 0 and its mean square 1. The posterior has the error of the published figures and of the
simulation, so this judges both.
"""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import three  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

REPLICATES, STUDIED, SIMULATED = 24, 400, 4000


def on_scale(name, value):
    return math.log(value / (1 - value)) if name == "response" else math.log(value)


def score(fit, name):
    """By how many standard deviations of the posterior a parameter was missed."""
    low, high = (on_scale(name, fit.of(f"parameter_{end}", name)) for end in ("from", "to"))
    found, true = on_scale(name, fit.of("parameter_after", name)), on_scale(name, three.TRUTH[name] * three.UNIT[name])
    return (found - true) / (fit.of("parameter_sd", name) * (high - low))


def squares_as_score(scores):
    """The mean square of n normal numbers as a normal one (Wilson EB, Hilferty MM. PNAS 1931;17:684-688)."""
    n = len(scores)
    mean = sum(z * z for z in scores) / n
    return (mean ** (1 / 3) - (1 - 2 / (9 * n))) / math.sqrt(2 / (9 * n))


def replicate(program, seed):
    published = three.studied(program, STUDIED, seed)
    program.write("trial", three.experiment(three.asked(published)))
    return three.calibrate(program, "fit", {"experiments": "trial.yaml", "parameters": three.BOUNDS, "starts": 1,
                                            "patients": SIMULATED, "seed": 7 + seed, "profile": 0})


def main():
    options = arguments(__doc__.splitlines()[0], self_check=SELF_CHECK)
    judge = Judge("calibration", options.self_check)
    scores = {name: [] for name in three.TRUTH}
    with Program(options.program) as program:
        program.write("three", three.MODEL)
        for seed in range(REPLICATES):
            fit = replicate(program, seed)
            for name, found in scores.items():
                found.append(score(fit, name))
    for name, found in scores.items():
        print(f"{name}: mean {sum(found) / len(found):+.2f}, mean square {sum(z * z for z in found) / len(found):.2f}")
        judge.mean(f"{name} is where it was", sum(found) / len(found), 1 / math.sqrt(len(found)), 0.0,
                   wrong={"off by two standard deviations": 2.0, "the other way": -2.0})
        judge.mean(f"{name} has the error it should have", squares_as_score(found), 1.0, 0.0,
                   wrong={"a third of the width": squares_as_score([3.0] * len(found))})
    return judge.verdict()


sys.exit(main())
