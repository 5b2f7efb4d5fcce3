#!/usr/bin/python3
"""Published figures come back: what was stated of a curve is what the simulation shows.

A law is solved from survival of all causes (`net of:`) or from a cumulative incidence (`incidence against:`) beside
clocks that differ between patients; the simulated patients have the same mix, so overall survival and incidences at the
published times must be the published ones. Under the mistakes beside each comparison (a curve taken as that of its
event alone, all patients taken alike) other figures would come; the self-check requires that they be noticed.

The least-squares fits that `check` prints are compared with scipy's for the same residuals.
"""
import json
import math
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy  # noqa: E402
from scipy import special, stats  # noqa: E402
from scipy.optimize import least_squares  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments, experiment  # noqa: E402

PATIENTS = 200_000
SEED = 20260117
MODEL = os.path.join(HERE, "models", "published.yaml")

AGE = {"male": 60.0, "female": 57.5}
SHARE = {"male": 0.35, "female": 0.65}
POPULATION = {"attributes": {"sex": {"among": {"male": SHARE["male"], "female": "rest"}},
                             "age": "if(sex == male, 60 y, 57.5 y)"}}
WHOSE = [{"sex": sex, "age": f"{AGE[sex]} y", "share": SHARE[sex]} for sex in AGE]
NEVER = {"law": "exponential", "rate": "0/y"}
LAWS = ("toxicity", "relapse", "late_harm", "complication", "disease")


def background(sex, years):
    """Share of patients of a sex whom the background has left after some years."""
    rate, start = 0.0, AGE[sex]
    for low, high, hazard in ((0.0, 61.0, 0.02), (61.0, 63.0, 0.10), (63.0, 200.0, 0.04)):
        rate += hazard * max(0.0, min(high, start + years) - max(low, start))
    return math.exp(-rate * (1.8 if sex == "male" else 1.0))


def left(years):
    return sum(SHARE[sex] * background(sex, years) for sex in AGE)


class Bench:
    def __init__(self, program, judge):
        self.program = program
        self.judge = judge

    def run(self, endpoints, more=None, **laws):
        parameters = {name: laws.get(name, NEVER) for name in LAWS}
        content = experiment(MODEL, "10 y", population=POPULATION, parameters=parameters, endpoints=endpoints,
                             **(more or {}))
        return self.program.run(content, patients=PATIENTS, seed=SEED)

    def survival(self, result, year, expected, wrong):
        share = float(result.get("survival", strategy="only", endpoint="os", time=float(year)))
        self.judge.share(f"survival at {year}", share, PATIENTS, expected, wrong=wrong)

    def incidence(self, result, cause, year, expected, wrong=None):
        share = float(result.get("cumulative_incidence", strategy="only", cause=cause, time=float(year)))
        self.judge.share(f"incidence of {cause} at {year}", share, PATIENTS, expected, wrong=wrong)


OS = {"events": "death"}


def overall_survival(bench):
    """Two points for two arguments, the excess over the background."""
    law = {"law": "weibull", "survival": ["0.6 at 1 y", "0.25 at 5 y"], "net of": "background", "for": WHOSE}
    result = bench.run({"os": OS}, disease=law)
    for year, p in ((1, 0.6), (5, 0.25)):
        bench.survival(result, year, p, {"taken as its own": p * left(year), "5 % too high": 1.05 * p,
                                         "5 % too low": 0.95 * p})


def plateau_in_the_excess(bench):
    """Three points, the cured share being the third unknown."""
    law = {"law": "lognormal", "curve": {"1 y": 0.7, "3 y": 0.42, "8 y": 0.26}, "net of": ["background"],
           "for": WHOSE, "cured": "solve", "patients": 250}
    result = bench.run({"os": OS}, disease=law)
    for year, p in ((1, 0.7), (3, 0.42), (8, 0.26)):
        bench.survival(result, year, p, {"taken as its own": p * left(year), "5 % too high": 1.05 * p})


def incidence(bench):
    """A relapse curve that deaths in remission were competing with; and toxicity, known as a law, beside it."""
    toxicity = {"law": "weibull", "shape": 0.5, "scale": "20 y"}
    relapse = {"law": "weibull", "incidence": ["0.2 at 1 y", "0.35 at 4 y"], "for": WHOSE,
               "incidence against": ["background", "toxicity"]}
    causes = {"causes": {"relapse": "relapse"}, "competing": "death"}
    result = bench.run({"first": causes}, relapse=relapse, toxicity=toxicity)
    for year, p in ((1, 0.2), (4, 0.35)):
        bench.incidence(result, "relapse", year, p)


def one_after_the_other(bench):
    """Incidence solved against the background; survival of all causes then net of background and that event."""
    toxicity = {"law": "lognormal", "incidence": ["0.1 at 1 y", "0.15 at 3 y"], "for": WHOSE,
                "incidence against": "background"}
    disease = {"law": "exponential", "survival": "0.5 at 4 y", "net of": ["background", "toxicity"], "for": WHOSE}
    result = bench.run({"os": OS}, toxicity=toxicity, disease=disease)
    bench.survival(result, 4, 0.5, {"net of the background alone": 0.5 * 0.84, "5 % too high": 0.525})


def beside_ratios_over_time(bench):
    """Clocks from birth whose ratios count from the start of the curve, or from what has not happened then."""
    complication = {"law": "weibull", "shape": 1.5, "scale": "8 y", "shift": "58.5 y",
                    "truncate": {"from": "0.5 y", "to": "20 y"}}
    disease = {"law": "exponential", "survival": "0.4 at 4 y", "for": WHOSE,
               "net of": ["background", "late_harm", "complication"]}
    result = bench.run({"os": OS}, late_harm={"law": "exponential", "rate": "0.05/y"},
                       complication=complication, disease=disease)
    always_half, always_thrice = math.exp(0.05 * (7 - 2)), math.exp(0.05 * (7 - 12))
    bench.survival(result, 4, 0.4, {"late harm at its first ratio": 0.4 / always_half,
                                    "late harm at its last ratio": 0.4 / always_thrice,
                                    "5 % too high": 0.42, "5 % too low": 0.38})


def beside_a_table_by_calendar_year(bench):
    """Rates that are six times as high from 2020 on; the curve begins in the middle of 2019."""
    with open(os.path.join(bench.program.folder, "calendar.csv"), "w", encoding="utf-8") as file:
        file.write("year,age,rate\n2019,0,0.05\n2020,0,0.3\n")
    table = {"life table": {"csv": "calendar.csv", "year": "year", "beyond": "hold"}}
    more = {"attributes": {"entry_year": {"type": "number", "initial": 2019.5}},
            "events": {"epidemic": {"from": "birth", "time": table, "goto": "dead_other"}}}
    whose = [{**patient, "entry_year": 2019.5} for patient in WHOSE]
    disease = {"law": "exponential", "survival": "0.4 at 2 y", "net of": ["background", "epidemic"], "for": whose}
    result = bench.run({"os": OS}, more, disease=disease)
    bench.survival(result, 2, 0.4, {"as in 2020 all along": 0.4 * math.exp(0.25 * 0.5),
                                    "as in 2019 all along": 0.4 * math.exp(-0.25 * 1.5)})


# ---- least squares ---------------------------------------------------------------------------

MONTH = 365.25 / 12
CURVE = {3: 0.93, 6: 0.82, 12: 0.62, 18: 0.52, 24: 0.45, 36: 0.37, 60: 0.30}
TIMES = numpy.array(list(CURVE)) * MONTH
POINTS = numpy.array(list(CURVE.values()))



def generalised_gamma(mu, sigma, q):
    """Log survival in Prentice's form."""
    w = (numpy.log(TIMES) - mu) / sigma
    if abs(q) < 1e-8:
        return stats.norm.logsf(w)
    share = special.gammaincc if q > 0 else special.gammainc
    return numpy.log(share(q ** -2, numpy.exp(q * w) / q ** 2))


# family: (log survival at TIMES for unbounded x, where scipy starts)
FAMILIES = {
    "exponential": (lambda x: -TIMES * numpy.exp(x[0]), [-6.0]),
    "weibull": (lambda x: -(TIMES / math.exp(x[1])) ** math.exp(x[0]), [0.0, 6.5]),
    "lognormal": (lambda x: stats.norm.logsf((numpy.log(TIMES) - x[0]) / math.exp(x[1])), [6.5, 0.0]),
    "gompertz": (lambda x: -math.exp(x[1]) * numpy.expm1(x[0] * TIMES / 700) / (x[0] / 700), [-0.5, -6.5]),
    "gamma": (lambda x: numpy.log(special.gammaincc(math.exp(x[0]), math.exp(x[1]) * TIMES)), [0.0, -6.5]),
    "generalised gamma": (lambda x: generalised_gamma(x[0], math.exp(x[1]), x[2]), [6.5, 0.0, 0.5]),
    "loglogistic": (lambda x: -numpy.log1p((TIMES / math.exp(x[1])) ** math.exp(x[0])), [0.0, 6.5]),
}


def squares(family, cured):
    """scipy's least sum of squares and fitted survival."""
    log_survival, start = FAMILIES[family]

    def survival(x):
        share = special.expit(x[-1]) if cured else 0.0
        return share + (1 - share) * numpy.exp(log_survival(x))

    def residual(x):
        with numpy.errstate(divide="ignore"):
            return numpy.log(-numpy.log(survival(x))) - numpy.log(-numpy.log(POINTS))

    found = least_squares(residual, start + ([-1.5] if cured else []), method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return survival(found.x)


def fitted_by_check(bench, family, cured):
    """The column `fitted` of the table that check prints."""
    law = {"law": family, "curve": {f"{month} mo": p for month, p in CURVE.items()}, "patients": 100}
    if cured:
        law["cured"] = "solve"
    parameters = {**{name: NEVER for name in LAWS}, "disease": law}
    content = experiment(MODEL, "10 y", population=POPULATION, parameters=parameters)
    path = os.path.join(bench.program.folder, "fit.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
    said = bench.program.call("check", path)
    table = said.partition("Laws solved")[2].partition("\n\n")[0]
    rows = re.findall(r"^ +[\d.]+ \w+ +([\d.]+) +([\d.]+) +-?[\d.]+ ", table, re.M)
    bench.judge.true(f"{family}: check prints a row for every point", len(rows) == len(CURVE))
    return numpy.array([float(row[1]) for row in rows])


def least_squares_fits(bench):
    for family in FAMILIES:
        for cured in (False, True):
            ours, theirs = fitted_by_check(bench, family, cured), squares(family, cured)
            off = numpy.abs(ours - theirs).max()
            bench.judge.true(f"{family}{' with cure' if cured else ''}: fitted {ours}, scipy {theirs}", off < 1e-4)


CASES = [overall_survival, plateau_in_the_excess, incidence, one_after_the_other, beside_ratios_over_time,
         beside_a_table_by_calendar_year, least_squares_fits]


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("published", options.self_check)
    with Program(options.program) as program:
        bench = Bench(program, judge)
        for case in CASES:
            case(bench)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
