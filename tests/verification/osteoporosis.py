#!/usr/bin/python3
"""The osteoporosis model against integrals.

Before the hip fracture a patient is described by the number of vertebral fractures (0, 1, 2, 3 or
more) and the time since index: Kolmogorov's equations, solved by scipy. After it the vertebral
hazard is a constant times the same function of time, so the numbers of fractures follow the
exponential of a matrix, and death another hazard counted from the hip fracture: integrals over
the time of the hip fracture and the time since. Death of other causes is independent of all. The
example of the technical support document is one integral over time.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402
from scipy import integrate, stats  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

CONFIGS = os.path.join(HERE, "..", "..", "configs")
PATIENTS = 500_000
SEED = 20260105
DELAY = {"none": 1.0, "drug": 2.0}
PRICE = {"none": 0.0, "drug": 500.0}
HORIZON, DISCOUNT, YEAR = 40.0, 1.035, 365.25
AGAIN, HIP_AFTER_VERTEBRAL, VERTEBRAL_AFTER_HIP = 1.6, 1.7, 1.5
HOSPITAL_DEATH, CARE_HOME = 0.07, 0.12
UTILITY, M_HIP, M_HOME, M_VERTEBRAL = 0.7, 0.75, 0.7, 0.93
COST_HIP, COST_VERTEBRAL, COST_HOME, PAIN = 7000.0, 2500.0, 35000.0, 14 / YEAR
NUMBERS = np.arange(4)  # of vertebral fractures; the last means 3 or more
SURVIVAL_AT = (5.0, 10.0, 15.0)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


def panels(breaks):
    """Nodes and weights of Gauss's rule on each of the intervals between these points."""
    left, right = np.array(breaks[:-1]), np.array(breaks[1:])
    half = (right - left)[:, None] / 2
    return ((left[:, None] + half * (1 + NODES)).ravel(), (half * WEIGHTS).ravel())


def alive_of_others(t):
    """Nobody dead of other causes: normal, given that it is positive."""
    return stats.norm.sf(t, 12, 3) / stats.norm.sf(0, 12, 3)


def power_hazard(shape, scale):
    """Hazard and cumulative hazard of a Weibull law."""
    return (lambda t: shape / scale * (t / scale) ** (shape - 1), lambda t: (t / scale) ** shape)


class Life:
    """Everything expected of one strategy, as a table of integrands at nodes of time.

    `memory`: without it a vertebral fracture changes no later hazard.
    """

    def __init__(self, strategy, memory=True):
        self.price = PRICE[strategy]
        self.again = AGAIN if memory else 1 + 1e-6
        self.hip_ratio = np.where(NUMBERS > 0, HIP_AFTER_VERTEBRAL if memory else 1.0, 1.0)
        self.growth = self.again ** NUMBERS  # of the vertebral hazard
        self.hip, _ = power_hazard(4, 10 * DELAY[strategy])
        self.vertebral, self.vertebral_sum = power_hazard(1.5, 12 * DELAY[strategy])
        self.chain = np.diag(-self.growth) + np.diag(self.growth[:-1], 1)
        self.chain[3, 3] = 0.0  # a further fracture leaves "3 or more"
        self.before = integrate.solve_ivp(self.slope, (0, HORIZON), [1.0, 0, 0, 0], "DOP853",
                                          dense_output=True, rtol=1e-11, atol=1e-14).sol

    def slope(self, t, numbers):
        """Shares by number of fractures, hips intact and other deaths left out."""
        return self.vertebral(t) * (numbers @ self.chain) - self.hip(t) * self.hip_ratio * numbers

    def hip_fractures(self, t):
        """Density of the hip fracture by number of vertebral fractures, other deaths left out."""
        return self.before(t).T * self.hip_ratio * self.hip(t)[:, None]

    def after(self, fracture, t):
        """Shares by number at times t of those with a hip fracture at `fracture`."""
        amount = VERTEBRAL_AFTER_HIP * (self.vertebral_sum(t) - self.vertebral_sum(fracture))
        values, vectors = np.linalg.eig(self.chain)
        start = self.hip_fractures(np.array([fracture]))[0] @ vectors
        numbers = (start * np.exp(np.outer(amount, values))) @ np.linalg.inv(vectors)
        since = t - fracture
        left = np.exp(-0.15 * np.minimum(since, 1) - 0.04 * np.maximum(since - 1, 0))
        return numbers * (1 - HOSPITAL_DEATH) * left[:, None]

    def rates(self, t, numbers, hip):
        """Expected flows at times t from these shares."""
        hazard = self.vertebral(t)[:, None] * self.growth * (VERTEBRAL_AFTER_HIP if hip else 1.0)
        utility = UTILITY * M_VERTEBRAL ** NUMBERS
        home = CARE_HOME / (1 - HOSPITAL_DEATH) if hip else 0.0
        alive = numbers.sum(axis=1)
        quality = (M_HIP * (1 - home + home * M_HOME) if hip else 1.0) * (numbers @ utility)
        fractures = (numbers * hazard).sum(axis=1)
        return np.array([alive, quality - PAIN * fractures, fractures, home * alive])

    def integral(self, discount):
        """Life years, QALYs, vertebral fractures and years in a care home; hip fractures."""
        t, weight = panels(np.linspace(0, HORIZON, 81))
        factor = weight * alive_of_others(t) * discount ** -t
        sums = self.rates(t, self.before(t).T, False) @ factor
        hips = self.hip_fractures(t).sum(axis=1) @ factor
        for fracture, outer in zip(t, weight):
            later, inner = panels(self.breaks(fracture))
            factor = outer * inner * alive_of_others(later) * discount ** -later
            sums = sums + self.rates(later, self.after(fracture, later), True) @ factor
        return sums, hips

    @staticmethod
    def breaks(fracture):
        """The excess hazard has a step a year after the hip fracture."""
        step = min(fracture + 1, HORIZON)
        points = [fracture, *np.linspace(step, HORIZON, 9)]
        return points if step < HORIZON else [fracture, HORIZON]

    def survival(self, time):
        t, weight = panels(np.linspace(0, time, 41))
        after = sum(outer * self.after(fracture, np.array([time])).sum()
                    for fracture, outer in zip(t, weight) if fracture < time)
        return alive_of_others(time) * (self.before(time).sum() + after)

    def first_fractures(self, time):
        """Cumulative incidence of a hip and of a vertebral fracture as the first."""
        t, weight = panels(np.linspace(0, time, 41))
        factor = weight * alive_of_others(t) * self.before(t)[0]
        return self.hip(t) @ factor, self.vertebral(t) @ factor

    def totals(self):
        """{(quantity, where): expected}."""
        (years, qalys, vertebral, home), hips = self.integral(DISCOUNT)
        (plain_years, _, vertebral_count, _), hip_count = self.integral(1.0)
        fractures = COST_HIP * hips + COST_VERTEBRAL * vertebral
        costs = {"drug": self.price * years, "fractures": fractures, "care_home": COST_HOME * home}
        answers = {("life_years", ""): years, ("life_years_undiscounted", ""): plain_years,
                   ("qalys", ""): qalys, ("total_cost", ""): sum(costs.values()),
                   ("event_count", "vertebral_fracture"): vertebral_count,
                   ("event_count", "hip_fracture"): hip_count}
        answers.update({("cost", name): cost for name, cost in costs.items() if cost > 0})
        return answers


def document_alone(strategy):
    """The technical support document's example, undiscounted: life years, QALYs, cost."""
    t, weight = panels(np.linspace(0, HORIZON, 81))
    years = alive_of_others(t) @ weight
    broken = stats.weibull_min.cdf(t, 4, scale=10 * DELAY[strategy])
    density = stats.weibull_min.pdf(t, 4, scale=10 * DELAY[strategy])
    qalys = UTILITY * (alive_of_others(t) * (1 - broken + M_HIP * broken)) @ weight
    cost = COST_HIP * (alive_of_others(t) * density) @ weight + PRICE[strategy] * years
    return {"life_years_undiscounted": years, "qalys_undiscounted": qalys,
            "total_cost_undiscounted": cost}


def value_and_se(result, quantity, strategy, **where):
    return (float(result.get(quantity, strategy=strategy, **where)),
            float(result.get(quantity + "_se", strategy=strategy, **where)))


def off_by(answer, what):
    """Wrong answers; of what happens to few patients a larger mistake is needed to see it."""
    share = {"care_home": 0.15, "first_hip": 0.08}.get(what, 0.05)
    return {f"{share:.0%} higher": (1 + share) * answer, f"{share:.0%} lower": (1 - share) * answer}


def whole_model(judge, result, lives):
    totals = {strategy: life.totals() for strategy, life in lives.items()}
    for strategy, answers in totals.items():
        for (quantity, which), answer in answers.items():
            axis = "event" if quantity == "event_count" else "category"
            found = value_and_se(result, quantity, strategy, **({axis: which} if which else {}))
            judge.mean(f"{strategy} {quantity} {which}", *found, answer,
                       wrong=off_by(answer, which))
    for quantity in ("total_cost", "qalys", "life_years"):
        gain = totals["drug"][quantity, ""] - totals["none"][quantity, ""]
        judge.mean(f"gain {quantity}", *value_and_se(result, "increment_" + quantity, "drug"), gain,
                   wrong={"10 % higher": 1.1 * gain, "10 % lower": 0.9 * gain})


def curves(judge, result, lives):
    for strategy, life in lives.items():
        for time in SURVIVAL_AT:
            alive = life.survival(time)
            share = float(result.get("survival", strategy=strategy, endpoint="os", time=time))
            judge.share(f"{strategy} alive at {time}", share, PATIENTS, alive,
                        wrong={"deaths a fifth more": 1 - 1.2 * (1 - alive)})
        for cause, answer in zip(("first_hip", "first_vertebral"), life.first_fractures(10.0)):
            share = float(result.get("cumulative_incidence", strategy=strategy, cause=cause,
                                     time=10.0))
            judge.share(f"{strategy} {cause} at 10", share, PATIENTS, answer,
                        wrong=off_by(answer, cause))


def memory_matters(judge, result):
    """The simulation lies far from a life in which a vertebral fracture changes no later hazard."""
    forgetful = Life("none", memory=False).totals()
    for key in (("event_count", "vertebral_fracture"), ("event_count", "hip_fracture")):
        value, se = value_and_se(result, *(key[0], "none"), event=key[1])
        judge.true(f"memory shows in {key[1]}", abs(value - forgetful[key]) > 20 * se)


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("osteoporosis", options.self_check)
    lives = {strategy: Life(strategy) for strategy in DELAY}
    with Program(options.program) as program:
        whole = program.run(os.path.join(CONFIGS, "osteoporosis.yaml"), patients=PATIENTS,
                            seed=SEED)
        whole_model(judge, whole, lives)
        curves(judge, whole, lives)
        memory_matters(judge, whole)
        alone = program.run(os.path.join(CONFIGS, "osteoporosis_tsd15.yaml"), patients=PATIENTS,
                            seed=SEED)
        for strategy in DELAY:
            for quantity, answer in document_alone(strategy).items():
                judge.mean(f"document {strategy} {quantity}",
                           *value_and_se(alone, quantity, strategy), answer,
                           wrong={"1 % higher": 1.01 * answer, "1 % lower": 0.99 * answer})
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
