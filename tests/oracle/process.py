"""Small semi-Markov processes, described apart from any program that runs them.

A process has living states and one state of death. What moves it are clocks: each has a law of
waiting time, runs in one or several states, and leads to a state. A clock counts from the entry
into its state, or from time zero; in the second case its hazard may be multiplied in each state.
Times are years.
"""
from dataclasses import dataclass, replace

import numpy as np

from law import Law

DEAD = "dead"


@dataclass(frozen=True)
class Clock:
    """One event: where it runs (state: hazard ratio), from when it counts, where it leads.

    The hazard ratio over time of a clock from index may count since a state: one that it runs in and
    that nobody leaves alive, or the only one that it runs in.
    """

    name: str
    law: Law
    ratios: dict  # {state: hazard ratio}
    target: str
    from_index: bool = False
    names_origin: bool = False  # written as counting from its state by name; means the same
    cost: float = 0.0  # one-off, at the event
    loss: float = 0.0  # quality-adjusted years lost at the event

    def since(self):
        """The state since which the hazard ratio over time counts, or none."""
        return self.law.profile.since if self.law.profile else ""


@dataclass(frozen=True)
class Process:
    """A whole model. The first living state is where everybody starts."""

    living: tuple
    clocks: tuple
    utility: dict  # {state: utility}
    flow: dict  # {state: cost per year}
    discount: tuple  # per year, of costs and of effects; `effective` says how it compounds
    effective: bool
    horizon: float = 10.0

    @property
    def states(self):
        return self.living + (DEAD,)

    @property
    def discount_rates(self):
        """Continuous rates of discounting per year: of costs and of effects."""
        return np.log1p(self.discount) if self.effective else np.array(self.discount)

    def with_clock(self, name, **changes):
        """The same process with one clock changed."""
        clocks = tuple(replace(clock, **changes) if clock.name == name else clock
                       for clock in self.clocks)
        return replace(self, clocks=clocks)

    def with_hazard(self, name, factor):
        """The same process with all hazards of one clock multiplied."""
        ratios = next(clock.ratios for clock in self.clocks if clock.name == name)
        return self.with_clock(name, ratios={state: ratio * factor
                                             for state, ratio in ratios.items()})
