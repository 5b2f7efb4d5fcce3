#!/usr/bin/python3
"""The studies of docs/recipes.md against the formulas that stand beside them.

The files are taken from the document, run with more patients than it says, and each survival or mean it
gives a formula for is compared with that formula, written here a second time.
"""
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

from scipy.integrate import quad  # noqa: E402
from scipy.stats import norm  # noqa: E402

import markdown  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from results import Results  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

ROOT = os.path.join(HERE, "..", "..")
PATIENTS = 100_000


def weibull(t, shape, scale):
    return (t / scale) ** shape


def waned(t, ratio=0.5, length=3):
    """Hazard under a ratio until 2 y that goes back to 1 over some years."""
    end = 2 + length

    def line(x):
        return (ratio + (1 - ratio) * (x - 2) / length) * 1.2 / 3 * (x / 3) ** 0.2
    return ratio * weibull(2, 1.2, 3) + quad(line, 2, end)[0] + weibull(t, 1.2, 3) - weibull(end, 1.2, 3)


def cycles():
    """Shares well and ill in cycles 0 to 10."""
    shares = [(1.0, 0.0)]
    for _ in range(10):
        well, ill = shares[-1]
        shares.append((0.88 * well + 0.30 * ill, 0.10 * well + 0.55 * ill))
    return shares


def reckoned(well, ill, last=10, late=0):
    """Discounted mean of what is paid in each cycle for being well or ill, `late` cycles ago."""
    shares = [cycles()[max(0, k - late)] for k in range(last + 1)]
    return sum((share[0] * well + share[1] * ill) / 1.03 ** k for k, share in enumerate(shares))


# recipe: [(strategy, endpoint, year, survival, a wrong answer that must not pass, scenario unless the first)]
ANSWERS = {
    "waning": [("none", "pfs", 5, math.exp(-weibull(5, 1.2, 3)), 0.2),
               ("drug", "pfs", 5, math.exp(-waned(5)), math.exp(-weibull(5, 1.2, 3) / 2)),
               ("drug", "pfs", 10, math.exp(-waned(10)), math.exp(-weibull(10, 1.2, 3))),
               ("forever", "pfs", 10, math.exp(-weibull(10, 1.2, 3) / 2), 0.02)],
    "periods": [("only", "os", 3.5, math.exp(-0.3 * (0.5 + 0.4 + 0.9 * 2)),
                 math.exp(-0.3 * (0.5 + 0.4 * 0.5 + 0.9 * 2.5)))],
    "smr": [("only", "os", 15, math.exp(-(0.2 + 0.075 + 0.3)), math.exp(-(0.05 + 0.05 + 0.2) * 1.5))],
    "plateau": [("only", "rfs", t, math.exp(-0.02 * t) * (0.4 + 0.6 * norm.sf(math.log(t) / 0.9)),
                 0.4) for t in (1, 2, 10)],
    "five_years": [("only", "rfs", 10, math.exp(-0.2 - weibull(5, 0.8, 6)),
                    math.exp(-0.2 - weibull(10, 0.8, 6)))],
    "flag": [("only", "rfs", t, 0.3 + 0.7 * math.exp(-weibull(t, 1.3, 1.5) - 0.1 * t),
              (0.3 + 0.7 * math.exp(-weibull(t, 1.3, 1.5))) * (0.3 + 0.7 * math.exp(-0.1 * t)))
             for t in (3, 10)],
    "hazards": [("chemo", "os", 5, math.exp(-1.4), math.exp(-45)),
                ("antibody", "os", 5, math.exp(-1.1), math.exp(-1.4))],
    "cycles": [("only", "os", t, sum(cycles()[t]), sum(cycles()[t - 1])) for t in (1, 2, 10)],
    "effects": [("none", "pfs", 5, math.exp(-weibull(5, 1.2, 3)), 0.2)] + [
        ("drug", "pfs", 5, math.exp(-waned(5, ratio, length)), math.exp(-waned(5, 1.2 - ratio, 4 - length)), scenario)
        for scenario, (ratio, length) in enumerate((r, w) for r in (0.4, 0.6, 0.8) for w in (1, 3))],
}

# recipe: [(strategy, quantity, mean, wrong answers that must not pass)]
MEANS = {
    "cycles": [("only", name, reckoned(*paid), {"without the last cycle": reckoned(*paid, last=9),
                                                "of the state before": reckoned(*paid, late=1)})
               for name, paid in (("qalys", (1, 0.6)), ("total_cost", (100, 5000)))],
}


def main():
    options = arguments(__doc__.splitlines()[0], self_check=SELF_CHECK)
    judge = Judge("recipes", options.self_check)
    with Program(options.program) as program:
        written = []
        for block in markdown.blocks(ROOT, "docs/recipes.md"):
            if "file" in block.attributes:
                written.append(block.attributes["file"])
                with open(os.path.join(program.folder, written[-1]), "w", encoding="utf-8") as file:
                    file.write(block.text())
        experiments = {name[:-5] for name in written
                       if name.endswith(".yaml") and not name.endswith("_model.yaml")}
        judge.true(f"recipes without an answer: {experiments ^ set(ANSWERS)}", experiments == set(ANSWERS))
        for recipe, answers in ANSWERS.items():
            path = os.path.join(program.folder, recipe + ".yaml")
            result = Results(program.run_file(path, patients=PATIENTS))
            for strategy, endpoint, year, expected, other, *scenario in answers:
                share = result.get("survival", strategy=strategy, endpoint=endpoint, time=float(year),
                                   scenario=scenario[0] if scenario else 0)
                judge.share(f"{recipe}: {endpoint} at {year} y under {strategy} {scenario or ''}", float(share), PATIENTS,
                            expected, wrong={"what it is not": other})
            for strategy, quantity, expected, others in MEANS.get(recipe, []):
                judge.mean(f"{recipe}: {quantity} under {strategy}", float(result.get(quantity, strategy=strategy)),
                           float(result.get(quantity + "_se", strategy=strategy)), expected, wrong=others)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
