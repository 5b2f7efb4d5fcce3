#!/usr/bin/python3
"""Models whose answers are formulas: what the simulator reports against what is true.

Each function below is one case: it runs a model of models/ and compares with the formula written
beside the comparison. Where a mistake is easy to make (a pause that restarts, a hazard ratio on the
wrong part of a cure model) the answer under that mistake is stated too, and the self-check requires
that it would be noticed.
"""
import itertools
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

from scipy import stats  # noqa: E402
from scipy.integrate import quad  # noqa: E402

import law_forms  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments, experiment  # noqa: E402

PATIENTS = 200_000
SEED = 20260101
DISCOUNT = math.log(1.03)  # continuous rate of 3 % a year effective


class Bench:
    """What every case needs: the program, the judge and the standard experiment."""

    def __init__(self, program, judge):
        self.program = program
        self.judge = judge

    def run(self, name, horizon, **more):
        model = os.path.join(HERE, "models", name + ".yaml")
        content = experiment(model, horizon, name="case_" + name, **more)
        return self.program.run(content, patients=PATIENTS, seed=SEED)

    def mean(self, result, quantity, expected, wrong=None, **where):
        """A mean per patient, with the standard error the file itself states."""
        value = result.get(quantity, strategy="only", **where)
        se = result.get(quantity + "_se", strategy="only", **where)
        label = f"{os.path.basename(result.path)} {quantity} {where or ''}"
        self.judge.mean(label, float(value), float(se), expected, wrong=wrong)

    def survival(self, result, endpoint, year, expected, wrong=None):
        """Share still free of the endpoint at a time."""
        share = result.get("survival", strategy="only", endpoint=endpoint, time=float(year))
        self.judge.share(f"survival of {endpoint} at {year}", float(share), PATIENTS, expected,
                         wrong=wrong)


def first_time(event):
    """Endpoint: time from index to the first firing of an event."""
    return {"events": event}


def discounted(survival, horizon=math.inf, rate=DISCOUNT):
    """Discounted life years under a survival function."""
    return quad(lambda t: math.exp(-rate * t) * survival(t), 0.0, horizon, epsabs=1e-12)[0]


def annuity(start, end):
    """Present value of 1 a year paid continuously from start to end."""
    return (math.exp(-DISCOUNT * start) - math.exp(-DISCOUNT * end)) / DISCOUNT


def competing(bench):
    """Rates 0.3 and 0.2: incidence of cause a at 2 y is 0.379272, mean time 2 y."""
    causes = {"causes": {"a": "death_a", "b": "death_b"}}
    result = bench.run("competing", "100 y", endpoints={"which": causes, "os": first_time("death")})
    bench.mean(result, "life_years_undiscounted", 2.0)
    bench.mean(result, "life_years", 1.0 / (0.5 + DISCOUNT))
    for cause, rate in (("a", 0.3), ("b", 0.2)):
        for year in (1, 2, 5):
            share = result.get("cumulative_incidence", strategy="only", cause=cause,
                               time=float(year))
            expected = rate / 0.5 * -math.expm1(-0.5 * year)
            alone = -math.expm1(-rate * year)
            bench.judge.share(f"incidence of {cause} at {year}", float(share), PATIENTS, expected,
                              wrong={"5 % high": 1.05 * expected, "the other ignored": alone})
    bench.survival(result, "os", 2, math.exp(-1.0))


def estimators(bench):
    """The same deaths seen from a landmark and under censoring, and the errors that are stated."""
    endpoints = {"os": first_time("death"),
                 "late": {"events": "death", "landmark": "1 y"},
                 "alone": {"events": "death_a", "censor at": "death_b"},
                 "beside": {"events": "death_a", "competing": "death_b"}}
    result = bench.run("competing", "100 y", endpoints=endpoints,
                       outputs={"grid": {"to": "5 y", "every": "1 mo"}})
    at_landmark = int(result.get("endpoint_n", strategy="only", endpoint="late"))
    bench.judge.share("alive at the landmark", at_landmark / PATIENTS, PATIENTS, math.exp(-0.5))
    for year in (1, 2, 3):
        where = {"strategy": "only", "time": float(year)}
        late = float(result.get("survival", endpoint="late", **where))
        bench.judge.share(f"survival from the landmark at {year}", late, at_landmark,
                          math.exp(-0.5 * year))
        # A month is short enough for what the life-table estimator takes for granted within it.
        alone = [float(result.get(name, endpoint="alone", **where))
                 for name in ("survival", "survival_se")]
        bench.judge.mean(f"survival under censoring at {year}", *alone, math.exp(-0.3 * year),
                         rounding=2e-5, wrong={"censoring ignored": math.exp(-0.5 * year)})
        for name, axis in (("survival", "endpoint"), ("cumulative_incidence", "cause")):
            label = "os" if axis == "endpoint" else "beside"
            share, error = (float(result.get(name + suffix, **{axis: label}, **where))
                            for suffix in ("", "_se"))
            bench.judge.exact(f"standard error of {name} at {year}", error,
                              math.sqrt(share * (1.0 - share) / PATIENTS), 1e-6)


def weibull(bench):
    """Shape 1.5, scale 2 y: mean 1.805491, to five years 1.790361, at 3.5 % a year 1.726622."""
    rate = math.log(1.035)
    result = bench.run("weibull", "100 y", discount={"rate": rate, "kind": "continuous",
                                                     "from": "index"})
    mean = 2.0 * math.gamma(1.0 + 1.0 / 1.5)
    bench.mean(result, "life_years_undiscounted", mean)
    bench.mean(result, "life_years", 1.726622)
    restricted = bench.run("weibull", "5 y")
    bench.mean(restricted, "life_years_undiscounted", 1.790361)


def cure(bench):
    """40 % cured, background 0.02, excess 1.2 per year."""
    result = bench.run("cure", "2000 y", endpoints={"os": first_time("death")})
    bench.mean(result, "life_years_undiscounted", 0.4 / 0.02 + 0.6 / 1.22)
    bench.mean(result, "life_years", 0.4 / (0.02 + DISCOUNT) + 0.6 / (1.22 + DISCOUNT))
    bench.survival(result, "os", 5, math.exp(-0.1) * (0.4 + 0.6 * math.exp(-6.0)))


def one_off_cost(bench):
    """1000 EUR at rate 0.25 per year is worth 1000 r / (r + d) = 894.266244."""
    result = bench.run("one_off_cost", "200 y")
    bench.mean(result, "total_cost", 250.0 / (0.25 + DISCOUNT),
               wrong={"not discounted": 1000.0, "paid at index": 1000.0, "1 % low": 885.3})
    bench.judge.exact("undiscounted one-off cost",
                      float(result.get("total_cost_undiscounted", strategy="only")), 1000.0)


def flow(bench):
    """Nobody dies: 1 a year for 10 y is 8.657526; payments and losses without any luck."""
    tariff = {"piecewise": {"0 y": "1 EUR/y", "2.5 y": "2 EUR/y"}, "unit": "money/time",
              "of": "time", "class": "structural", "note": "verification"}
    result = bench.run("flow", "10 y", parameters={"tariff": tariff})
    expected = {"constant": annuity(0, 10), "stepped": annuity(0, 2.5) + 2 * annuity(2.5, 10),
                "every_four_years": 100 * (1.03 ** -4 + 1.03 ** -8)}
    for category, cost in expected.items():
        value = float(result.get("cost", strategy="only", category=category))
        bench.judge.exact(f"cost of {category}", value, cost)
    for name, answer in (("life_years_undiscounted", 10.0), ("life_years", annuity(0, 10)),
                         ("qalys_undiscounted", 0.9 * 10 - 0.2 * 7),
                         ("qalys", 0.9 * annuity(0, 10) - 0.2 * annuity(3, 10))):
        bench.judge.exact(name, float(result.get(name, strategy="only")), answer)


def gompertz(bench):
    """a = 1e-4, b = 0.09 per year: mean life 69.257909 y from birth, 30.845080 y from 40."""
    cases = ((0, 69.257909), (40, 30.845080))
    for (age, expected), by_table in itertools.product(cases, ("true", "false")):
        population = {"attributes": {"age": f"{age} y", "by_table": by_table}}
        result = bench.run("gompertz", "200 y", population=population,
                           endpoints={"os": first_time("death")})
        bench.mean(result, "life_years_undiscounted", expected)
        hazard = 1e-4 / 0.09 * (math.exp(0.09 * (age + 10)) - math.exp(0.09 * age))
        survival = math.exp(-hazard)
        bench.survival(result, "os", 10, survival,
                       wrong={"deaths 10 % more": 1.0 - 1.1 * (1.0 - survival)} if age else {})


def frailty(bench):
    """Gamma frailty of variance 1/2 on a rate of 0.2: S(t) = (1 + 0.1 t)^-2, S(5) = 0.444444."""
    half = {"from": {"exponential": {"mean": "0.5 y"}}}
    whole = {"from": {"gamma": {"shape": 2, "scale": "0.5 y"}}}
    for first, second in ((half, half), (whole, "0 y")):
        result = bench.run("frailty", "10 y", endpoints={"os": first_time("death")},
                           population={"attributes": {"frail_1": first, "frail_2": second}})
        check_frailty(bench, result)


def check_frailty(bench, result):
    """Survival under a gamma frailty of shape 2."""
    for year in (2, 5, 10):
        bench.survival(result, "os", year, (1 + 0.1 * year) ** -2,
                       wrong={"everybody alike": math.exp(-0.2 * year),
                              "one draw for both": 1 / (1 + 0.2 * year)})


def change(bench):
    """A hazard doubled at 1 y: followed S(3) = exp(-0.2 - 0.8), held S(3) = exp(-0.6)."""
    clocks = ("follow", "hold", "weibull_follow")
    result = bench.run("change", "10 y", endpoints={name: first_time(name) for name in clocks})
    followed, held = math.exp(-1.0), math.exp(-0.6)
    bench.survival(result, "follow", 3, followed, wrong={"held": held})
    bench.survival(result, "hold", 3, held, wrong={"followed": followed})
    bench.survival(result, "weibull_follow", 3, math.exp(-(1 + 2 * 8) / 9),
                   wrong={"held": math.exp(-1.0), "age lost": math.exp(-(1 + 2 * 4) / 9)})


def pause(bench):
    """Clocks running in [0, 1] and from 2 y: S(3) from the time they ran, 2 y of 3."""
    clocks = ("constant", "weibull_paused", "weibull_cancelled", "by_action")
    result = bench.run("pause", "10 y", endpoints={name: first_time(name) for name in clocks})
    kept, afresh, never_paused = math.exp(-1.0), math.exp(-0.5), math.exp(-2.25)
    bench.survival(result, "constant", 3, math.exp(-1.0), wrong={"ran on": math.exp(-1.5)})
    for name in ("weibull_paused", "by_action"):
        bench.survival(result, name, 3, kept, wrong={"age lost": afresh, "ran on": never_paused})
    bench.survival(result, "weibull_cancelled", 3, afresh, wrong={"age kept": kept})


def piecewise(knots, t):
    """exp of minus the hazard accumulated by t under rates {start: rate}."""
    starts = list(knots) + [math.inf]
    spent = sum(rate * max(0.0, min(t, end) - start)
                for (start, rate), end in zip(knots.items(), starts[1:]))
    return math.exp(-spent)


AGE_AT_INDEX = 0.5
LAWS = {
    "exponential": lambda t: math.exp(-0.3 * t),
    "by_median": lambda t: math.exp(-math.log(2.0) * (t / 3.0) ** 0.7),
    "lognormal": lambda t: stats.norm.sf(math.log(t / 2.5) / 1.1),
    "uniform": lambda t: min(1.0, (9.0 - t) / 8.5),
    "piecewise": lambda t: piecewise({0: 0.5, 1: 0.1, 3: 0.3}, t),
    "tabulated": lambda t: 1 - 0.2 * t if t <= 2 else max(0.3, 0.6 - 0.1 * (t - 2)),
    "table_constant": lambda t: (piecewise({0: 0.5, 1: 0.05, 3: 0.4}, t + AGE_AT_INDEX)
                                 / math.exp(-0.5 * AGE_AT_INDEX)),
    "ratio": lambda t: math.exp(-1.7 * (t / 4.0) ** 1.5),
    "stretched": lambda t: math.exp(-((t / 1.6) / 4.0) ** 1.5),
    "cure_latency": lambda t: 0.3 + 0.7 * math.exp(-t),
    "cure_population": lambda t: (0.3 + 0.7 * math.exp(-0.5 * t)) ** 2,
    "late": lambda t: math.exp(-(t * t - 1.0) / 16.0),
    **law_forms.SURVIVAL,
}
YEARS = (1, 2, 4, 8)


def laws(bench):
    """Survival functions of every law and wrapper at 1, 2, 4 and 8 years."""
    result = bench.run("laws", "10 y", population={"attributes": {"age": f"{AGE_AT_INDEX} y"}},
                       endpoints={name: first_time(name) for name in LAWS})
    for name, survival in LAWS.items():
        for year in YEARS:
            expected = survival(year)
            events_high = 1.0 - 1.05 * (1.0 - expected)
            known = {"5 % more events": events_high} if 0.1 < expected < 0.75 else {}
            bench.survival(result, name, year, expected, wrong=known)


def means(bench):
    """The mean time of laws, from lives that end by them."""
    for name, (law, expected, other) in law_forms.MEANS.items():
        model = {"model": name, "states": {"living": None, "dead": {"death": True}},
                 "start": {"state": "living"}, "events": {"die": {"time": law, "goto": "dead"}}}
        content = experiment(bench.program.write("mean_" + name, model), "2000 y", name=name)
        result = bench.program.run(content, patients=PATIENTS, seed=SEED)
        bench.mean(result, "life_years_undiscounted", expected, wrong={"another mean": other})


def copula(bench):
    """Loadings 0.6 and 0.8 on latents correlated by 0.5: margins as stated, dependence as reckoned."""
    population = {"attributes": {"flagged": {"chance": 0.5, "loads on": {"z_first": 0.6}}},
                  "correlation": {"z_first": {"z_second": 0.5}}}
    result = bench.run("copula", "20 y", population=population,
                       endpoints={name: first_time(name) for name in ("first", "second")})
    for year in (1, 2, 4):
        bench.survival(result, "first", year, 0.5 ** (year / 2.0))
        bench.survival(result, "second", year, 0.5 ** ((year / 2.0) ** 1.4))
    for mark, correlation in (("both_early", 0.6 * 0.5 * 0.8), ("flagged_and_late", 0.6 * 0.6)):
        share = float(result.get("event_ever", strategy="only", event=mark))
        expected = 0.25 + math.asin(correlation) / (2.0 * math.pi)
        bench.judge.share(mark, share, PATIENTS, expected,
                          wrong={"independent": 0.25, "opposed": 0.5 - expected,
                                 "5 % high": 1.05 * expected})


def staggered(bench):
    """Entry uniform from 2015 to 2020, data cut in 2021: curves are those of complete follow-up, totals those
    of the follow-up there was, which is uniform between one and six years."""
    entry = {"attributes": {"entry_year": {"from": {"uniform": {"min": 2015, "max": 2020}}}}}
    endpoints = {"os": first_time("death"),
                 "which": {"causes": {"a": "death_a", "b": "death_b"}}}
    grid = {"grid": {"to": "6 y", "every": "1 mo"}}
    result = bench.run("staggered", "100 y", population=entry, closes=2021, endpoints=endpoints,
                       outputs=grid)
    for year in (1, 2, 4):
        where = {"strategy": "only", "time": float(year)}
        dead = -math.expm1(-0.5 * year)
        followed = PATIENTS * min(1.0, (6.0 - year) / 5.0)
        survival, se = (float(result.get(name, endpoint="os", **where)) for name in ("survival", "survival_se"))
        bench.judge.mean(f"survival at {year}", survival, se, 1.0 - dead, rounding=2e-5,
                         wrong={"censored taken for alive": 1.0 - 0.85 * dead} if year > 1 else {})
        for cause, rate in (("a", 0.3), ("b", 0.2)):
            share, se = (float(result.get(name, cause=cause, **where))
                         for name in ("cumulative_incidence", "cumulative_incidence_se"))
            bench.judge.mean(f"incidence of {cause} at {year}", share, se, rate / 0.5 * dead, rounding=2e-5)
            # Shares of those whose follow-up reaches this point; how many these are is itself luck.
            bench.judge.share(f"in dead_{cause} at {year}",
                              float(result.get("state_occupancy", state="dead_" + cause, **where)),
                              round(0.97 * followed), rate / 0.5 * dead)
        shares = [float(result.get("state_occupancy", state=state, **where))
                  for state in ("well", "dead_a", "dead_b")]
        bench.judge.exact(f"states at {year} sum to one", sum(shares), 1.0)
    alive = quad(lambda end: -math.expm1(-0.5 * end) / 0.5 / 5.0, 1.0, 6.0)[0]
    bench.mean(result, "life_years_undiscounted", alive, wrong={"not cut": 2.0})
    value = quad(lambda end: annuity_alive(end) / 5.0, 1.0, 6.0)[0]
    bench.mean(result, "life_years", value)
    died = quad(lambda end: -math.expm1(-0.5 * end) / 5.0, 1.0, 6.0)[0]
    bench.judge.share("died within the follow-up", float(result.get("event_ever", strategy="only", event="death")),
                      PATIENTS, died)


def annuity_alive(end):
    """Discounted years lived to `end` under a death rate of 0.5."""
    return -math.expm1(-(0.5 + DISCOUNT) * end) / (0.5 + DISCOUNT)


def correlated_population(bench):
    """Correlations of drawn attributes: margins as stated; what two halves have in common is 1/4 + asin(r)/2 pi."""
    names = ("high", "flagged", "first")
    population = {"attributes": {"x": {"from": {"normal": {"mean": 0, "sd": 2}}}, "f": {"chance": 0.5},
                                 "k": {"among": {"one": 0.5, "two": "rest"}}},
                  "correlation": {"x": {"f": 0.6, "k": -0.3}, "f": {"k": 0.2}, "z": {"k": 0.4}}}
    result = bench.run("population", "1 y", population=population)
    ever = {event: float(result.get("event_ever", strategy="only", event=event))
            for event in (*names, "high_true", "high_first", "true_first", "first_z")}
    for name in names:
        bench.judge.share(name, ever[name], PATIENTS, 0.5)
    for pair, r in (("high_true", 0.6), ("high_first", -0.3), ("true_first", 0.2), ("first_z", 0.4)):
        expected = 0.25 + math.asin(r) / (2.0 * math.pi)
        bench.judge.share(pair, ever[pair], PATIENTS, expected, wrong={"independent": 0.25})


CASES = (competing, estimators, weibull, cure, one_off_cost, flow, gompertz, frailty, change, pause,
         laws, means, copula, staggered, correlated_population)


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("closed_forms", options.self_check)
    with Program(options.program) as program:
        bench = Bench(program, judge)
        for case in CASES:
            case(bench)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
