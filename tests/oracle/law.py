"""Laws of waiting times for the oracle, by their cumulative hazards alone.

The families are written from their textbook survival functions with scipy's special functions; what a
law wears is applied from the inside out as the language reference says: truncation, shift, hazard ratio
(constant and over time), cure. Nothing is inverted and nothing is drawn. Times are years.
"""
from dataclasses import dataclass

import numpy as np
from scipy import special

# A cumulative hazard at which nobody is left, finite so that differences of such remain numbers.
EVERYBODY = 650.0


def _minus_log(survival):
    with np.errstate(divide="ignore"):
        return np.minimum(-np.log(survival), EVERYBODY)


def _exponential(t, rate):
    return rate * t


def _weibull(t, shape, scale):
    return (t / scale) ** shape


def _gompertz(t, shape, rate):
    return rate * np.expm1(shape * t) / shape


def _log_time(t):
    with np.errstate(divide="ignore"):
        return np.log(t)


def _lognormal(t, median, sdlog):
    return -special.log_ndtr(-(_log_time(t / median)) / sdlog)


def _loglogistic(t, shape, scale):
    return np.log1p((t / scale) ** shape)


def _gamma(t, shape, rate):
    return _minus_log(special.gammaincc(shape, rate * t))


def _generalised_gamma(t, location, sigma, q):
    """Prentice's form: q > 0 an upper, q < 0 a lower incomplete gamma function."""
    a = 1.0 / q ** 2
    u = a * np.exp(q * _log_time(t / location) / sigma)
    return _minus_log(special.gammaincc(a, u) if q > 0.0 else special.gammainc(a, u))


def _piecewise(t, *rates):
    starts = [start for start, _ in rates] + [np.inf]
    total = np.zeros_like(t)
    for (start, rate), end in zip(rates, starts[1:]):
        total += rate * np.clip(np.minimum(t, end) - start, 0.0, None)
    return total


FAMILIES = {"exponential": _exponential, "weibull": _weibull, "gompertz": _gompertz,
            "lognormal": _lognormal, "loglogistic": _loglogistic, "gamma": _gamma,
            "generalised gamma": _generalised_gamma, "piecewise": _piecewise}


@dataclass(frozen=True)
class Profile:
    """A hazard ratio over time: piecewise constant, or a line walked in steps.

    Its time is the clock's own; with `since` that from the latest entry into this state, and `before` that
    the ratio is `before`.
    """

    steps: tuple = ()  # ((start, ratio), ...) of a piecewise one
    waning: tuple = ()  # (from, to, start, length, number of steps, logarithmic)
    since: str = ""
    before: float | None = None

    def pieces(self):
        """Starts and ratios; the first ratio holds at the left of its start too."""
        if self.steps:
            starts, ratios = zip(*self.steps)
            return np.array(starts), np.array(ratios)
        first, last, start, length, number, logarithmic = self.waning
        middle = (np.arange(number) + 0.5) / number
        line = first * (last / first) ** middle if logarithmic else first + (last - first) * middle
        return (start + np.concatenate([[-np.inf], length * np.arange(number + 1) / number]),
                np.concatenate([[first], line, [last]]))


@dataclass(frozen=True)
class Law:
    """A law with what it wears."""

    family: str
    numbers: tuple  # in the order of its function above; piecewise: (start, rate) each
    low: float = 0.0
    high: float = np.inf
    shift: float = 0.0
    profile: Profile | None = None
    cured: float = 0.0
    on_population: bool = False  # hazard ratios act on the whole curve, not on the uncured

    def _family_hazard(self, t):
        return np.minimum(FAMILIES[self.family](np.asarray(t, dtype=float), *self.numbers), EVERYBODY)

    def _placed(self, age):
        """Truncated to low < T <= high and then moved."""
        t = np.asarray(age, dtype=float) - self.shift
        before = self._family_hazard(self.low)
        spent = self._family_hazard(np.maximum(t, self.low)) - before
        if np.isinf(self.high):
            return spent
        everything = -np.expm1(before - self._family_hazard(self.high))
        lost = np.minimum(-np.expm1(-spent) / everything, 1.0)
        return np.where(t >= self.high, EVERYBODY, _minus_log(1.0 - lost))

    def _whole(self, spent):
        """The hazard of everybody where the uncured have spent this much of theirs."""
        if self.cured == 0.0:
            return spent
        return -np.log(self.cured + (1.0 - self.cured) * np.exp(-spent))

    def _profiled(self, age, offset, inner):
        """A hazard multiplied piece by piece; the profile's time zero is at age `offset`."""
        if self.profile is None:
            return inner(age)
        starts, ratios = self.profile.pieces()
        ends = np.concatenate([starts[1:], [np.inf]]) + offset
        at_ends = inner(np.maximum(ends[:-1], 0.0))
        from_zero = ratios * np.diff(np.concatenate([[0.0], at_ends, [0.0]]))
        before = np.concatenate([[0.0], np.cumsum(from_zero[:-1])])
        piece = np.searchsorted(ends[:-1], age, side="left")
        at_start = np.concatenate([[0.0], at_ends])
        return before[piece] + ratios[piece] * (inner(age) - at_start[piece])

    def cumulative_hazard(self, age, ratio=1.0, offset=0.0):
        """Under a constant hazard ratio; the hazard ratio over time counts from age `offset`."""
        age = np.asarray(age, dtype=float)
        if self.on_population:
            return ratio * self._profiled(age, offset, lambda t: self._whole(self._placed(t)))
        return self._whole(ratio * self._profiled(age, offset, self._placed))

    def awaiting(self):
        """The same law while what its hazard ratio over time counts from has not happened."""
        constant = Profile(steps=((0.0, self.profile.before),))
        return Law(self.family, self.numbers, self.low, self.high, self.shift, constant, self.cured,
                   self.on_population)
