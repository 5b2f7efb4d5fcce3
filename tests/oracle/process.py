"""Small semi-Markov processes, described apart from any program that runs them.

A process has living states and one state of death. What moves it are clocks: each has a law of
waiting time, runs in one or several states, and leads to a state. A clock counts from the entry
into its state, or from time zero; in the second case its hazard may be multiplied in each state.
Times are years.
"""
from dataclasses import dataclass, replace

import numpy as np

DEAD = "dead"


@dataclass(frozen=True)
class Law:
    """A law known by its cumulative hazard."""

    family: str  # "exponential", "weibull" or "piecewise"
    numbers: tuple  # (rate,), (shape, scale) or ((start, rate), ...)

    def cumulative_hazard(self, time):
        time = np.asarray(time, dtype=float)
        if self.family == "exponential":
            return self.numbers[0] * time
        if self.family == "weibull":
            shape, scale = self.numbers
            return (time / scale) ** shape
        starts = [start for start, _ in self.numbers] + [np.inf]
        total = np.zeros_like(time)
        for (start, rate), end in zip(self.numbers, starts[1:]):
            total += rate * np.clip(np.minimum(time, end) - start, 0.0, None)
        return total


@dataclass(frozen=True)
class Clock:
    """One event: where it runs (state: hazard ratio), from when it counts, where it leads."""

    name: str
    law: Law
    ratios: dict  # {state: hazard ratio}
    target: str
    from_index: bool = False
    names_origin: bool = False  # written as counting from its state by name; means the same
    cost: float = 0.0  # one-off, at the event
    loss: float = 0.0  # quality-adjusted years lost at the event


@dataclass(frozen=True)
class Process:
    """A whole model. The first living state is where everybody starts."""

    living: tuple
    clocks: tuple
    utility: dict  # {state: utility}
    flow: dict  # {state: cost per year}
    discount: float  # per year; `effective` says how it compounds
    effective: bool
    horizon: float = 10.0

    @property
    def states(self):
        return self.living + (DEAD,)

    @property
    def discount_rate(self):
        """Continuous rate of discounting per year."""
        return float(np.log1p(self.discount)) if self.effective else self.discount

    def with_hazard(self, name, factor):
        """The same process with all hazards of one clock multiplied."""
        clocks = tuple(replace(clock, ratios={state: ratio * factor
                                              for state, ratio in clock.ratios.items()})
                       if clock.name == name else clock for clock in self.clocks)
        return replace(self, clocks=clocks)
