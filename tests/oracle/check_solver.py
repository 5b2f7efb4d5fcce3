#!/usr/bin/python3
"""The oracle's laws and solver against answers that need neither.

Markov chains against the matrix exponential; Weibull and piecewise sojourns against integrals; a
clock that counts from time zero against the survival function it has. The families against scipy's own
distributions, what a law wears against its hazard summed numerically.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy")

import numpy as np  # noqa: E402
from scipy.integrate import quad  # noqa: E402
from scipy import stats  # noqa: E402
from scipy.linalg import expm  # noqa: E402

from law import Law, Profile  # noqa: E402
from process import DEAD, Clock, Process  # noqa: E402
from solver import solve  # noqa: E402

TOLERANCE = 2e-6
FAILURES = []


def close(label, value, expected, tolerance=TOLERANCE):
    """Note a failure unless two arrays agree."""
    error = float(np.max(np.abs(np.asarray(value) - np.asarray(expected))))
    print(f"{label}: error {error:.1e}")
    if not error <= tolerance:
        FAILURES.append(f"{label}: {error} > {tolerance}")


def exponential(name, source, target, rate):
    return Clock(name, Law("exponential", (rate,)), {source: 1.0}, target)


def plain(living, clocks):
    """A process in which every living state is worth 1 and nothing costs anything."""
    return Process(living, clocks, {state: 1.0 for state in living},
                   {state: 0.0 for state in living}, (0.01, 0.03), True)


def markov_chain():
    """Three living states with returns: occupancy and years lived by the matrix exponential."""
    living = ("a", "b", "c")
    clocks = (exponential("ab", "a", "b", 0.5), exponential("ba", "b", "a", 0.9),
              exponential("bc", "b", "c", 0.3), exponential("ca", "c", "a", 0.2),
              exponential("cd", "c", DEAD, 0.4), exponential("ad", "a", DEAD, 0.05))
    process = plain(living, clocks)
    generator = np.zeros((4, 4))
    states = process.states
    for clock in clocks:
        (source,) = clock.ratios
        i, j = states.index(source), states.index(clock.target)
        generator[i, j] += clock.law.numbers[0]
        generator[i, i] -= clock.law.numbers[0]
    solution, left = solve(process)
    for k, state in enumerate(living):
        expected = [expm(generator * year)[0, k] for year in solution.years]
        close(f"Markov chain, {state}", solution.occupancy[state], expected)
    alive = generator[:3, :3] - process.discount_rates[1] * np.eye(3)
    years = np.linalg.solve(alive, expm(alive * 10.0) - np.eye(3))[0]
    close("Markov chain, discounted life years", solution.life_years[0], years.sum(), 1e-8)
    deaths = np.linalg.solve(generator[:3, :3], expm(generator[:3, :3] * 10.0) - np.eye(3))[0]
    close("Markov chain, deaths in c", solution.count["cd"][1], 0.4 * deaths[2], 1e-8)
    close("Markov chain, error estimated", np.max(left.vector()), 0.0, 1e-4)


def weibull_then_weibull(shape):
    """Illness and death with Weibull sojourns: the share ill is an integral of one product."""
    first, second = Law("weibull", (shape, 3.0)), Law("weibull", (1.3, 2.0))
    process = plain(("well", "ill"), (Clock("fall", first, {"well": 1.0}, "ill"),
                                      Clock("die", second, {"ill": 1.0}, DEAD)))
    solution, _ = solve(process)

    def ill(year):
        # integrate over the cumulative hazard e = H(s), where the density is exp(-e)
        def inner(e):
            stay = year - 3.0 * e ** (1.0 / shape)
            return np.exp(-e) * np.exp(-second.cumulative_hazard(max(0.0, stay)))
        return quad(inner, 0.0, float(first.cumulative_hazard(year)), epsabs=1e-11, limit=200)[0]

    years = solution.years[1:]
    close(f"Weibull {shape}, well", solution.occupancy["well"],
          np.exp(-first.cumulative_hazard(solution.years)))
    close(f"Weibull {shape}, ill", solution.occupancy["ill"][1:], [ill(year) for year in years],
          2e-6)
    well = quad(lambda t: np.exp(-first.cumulative_hazard(t)), 0, 10, epsabs=1e-11)[0]
    ill_years = quad(ill, 0, 10, epsabs=1e-8, limit=100)[0]
    close(f"Weibull {shape}, life years", solution.life_years[1], well + ill_years, 1e-5)


def from_index():
    """A piecewise clock from time zero, tripled after a move at rate 0.4: one integral again."""
    law = Law("piecewise", ((0.0, 0.1), (2.0, 0.3), (5.0, 0.05)))
    death = Clock("die", law, {"a": 1.0, "b": 3.0}, DEAD, from_index=True)
    process = plain(("a", "b"), (exponential("ab", "a", "b", 0.4), death))
    solution, _ = solve(process)

    def in_b(year):
        def inner(s):
            later = law.cumulative_hazard(year) - law.cumulative_hazard(s)
            return 0.4 * np.exp(-0.4 * s - law.cumulative_hazard(s) - 3.0 * later)
        return quad(inner, 0.0, year, points=[min(2.0, year), min(5.0, year)], epsabs=1e-11)[0]

    close("from index, a", solution.occupancy["a"],
          np.exp(-0.4 * solution.years - law.cumulative_hazard(solution.years)))
    close("from index, b", solution.occupancy["b"][1:], [in_b(t) for t in solution.years[1:]])


def families():
    """Survival functions of scipy.stats, where it has the family in another parametrisation."""
    t = np.array([0.01, 0.3, 1.0, 2.7, 9.0])
    for law, same in (
            (Law("gamma", (0.7, 0.4)), stats.gamma(0.7, scale=1 / 0.4)),
            (Law("lognormal", (2.0, 0.8)), stats.lognorm(0.8, scale=2.0)),
            (Law("loglogistic", (1.6, 3.0)), stats.fisk(1.6, scale=3.0)),
            (Law("gompertz", (0.3, 0.06)), stats.gompertz(0.06 / 0.3, scale=1 / 0.3)),
            (Law("generalised gamma", (2.0, 0.6, 1.3)),
             stats.gengamma(1.3 ** -2, 1.3 / 0.6, scale=2.0 * 1.3 ** (2 * 0.6 / 1.3))),
            (Law("generalised gamma", (2.0, 0.6, -0.5)),
             stats.gengamma(4.0, -0.5 / 0.6, scale=2.0 * 0.5 ** (2 * 0.6 / -0.5)))):
        close(f"{law.family} {law.numbers}", law.cumulative_hazard(t), -same.logsf(t), 1e-9)
    close("gompertz with a plateau", Law("gompertz", (-0.3, 0.06)).cumulative_hazard(1e3), 0.2, 1e-9)


def worn():
    """Everything at once: the hazard of the truncated law, times the ratio of its instant, summed by quad."""
    inside, low, high, shift, cured, ratio = stats.fisk(1.6, scale=3.0), 0.5, 12.0, 0.25, 0.3, 1.7
    waning = Profile(waning=(0.4, 1.2, 1.0, 3.0, 3, True))
    law = Law("loglogistic", (1.6, 3.0), low, high, shift, waning, cured)

    def ratio_at(t, offset):
        step = np.floor(t - offset - 1.0)
        return 0.4 if step < 0 else 1.2 if step > 2 else 0.4 * 3.0 ** ((step + 0.5) / 3)

    def spent(t, offset):
        def hazard(u):
            return (inside.pdf(u - shift) / (inside.cdf(high) - inside.cdf(u - shift)) * ratio_at(u, offset)
                    if u - shift > low else 0.0)
        breaks = [b for b in (low + shift, *(offset + k for k in (1, 2, 3, 4))) if b < t]
        return quad(hazard, 0.0, t, points=breaks, epsabs=1e-12, limit=200)[0]

    for offset in (0.0, 1.3):
        for t in (0.6, 1.9, 3.5, 8.0):
            latency = -np.log(cured + (1 - cured) * np.exp(-ratio * spent(t, offset)))
            close(f"worn by {t} since {offset}", law.cumulative_hazard(t, ratio, offset), latency, 1e-9)


def since_state():
    """Mortality at one rate before an illness and at another for two years since: one integral."""
    profile = Profile(steps=((0.0, 4.0), (2.0, 1.5)), since="b", before=0.5)
    death = Clock("die", Law("exponential", (0.1,), profile=profile), {"a": 1.0, "b": 1.0}, DEAD,
                  from_index=True)
    solution, _ = solve(plain(("a", "b"), (exponential("ab", "a", "b", 0.4), death)))

    def in_b(year):
        def inner(s):
            stay = year - s
            return 0.4 * np.exp(-0.45 * s - 0.4 * min(stay, 2.0) - 0.15 * max(stay - 2.0, 0.0))
        return quad(inner, 0.0, year, points=[max(0.0, year - 2.0)], epsabs=1e-12)[0]

    close("since b, a", solution.occupancy["a"], np.exp(-0.45 * solution.years))
    close("since b, b", solution.occupancy["b"][1:], [in_b(t) for t in solution.years[1:]])
    close("since b, moves into b", solution.moves["a", "b"], 0.4 / 0.45 * -np.expm1(-4.5))


def main():
    families()
    worn()
    since_state()
    markov_chain()
    for shape in (0.7, 1.0, 1.8):
        weibull_then_weibull(shape)
    from_index()
    for failure in FAILURES:
        print("FAILED " + failure)
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
