"""Occupancy, event counts and rewards of a semi-Markov process, by its Volterra equations.

Write m_i(s) ds for the expected entries into state i around time s and S_i(s, t) for the chance to
be still there at t. Whoever enters i at s leaves by clock c in (x, x + dx) with probability
S_i(s, x) dH_c, which is an entry into the clock's target:

    m_j(x) dx = sum over i, c -> j of  integral m_i(s) S_i(s, x) dH_c(s, x) ds.

Time is cut into equal cells. The entries of a cell are taken to happen at its midpoint, and what
leaves in a cell is the difference of S over it, shared among clocks by their cumulative hazards.
Only cumulative hazards are evaluated, so that a hazard that is infinite at zero or jumps does no
harm. The error falls with the square of the cell; two grids give the extrapolated answer and an
estimate of what is left.

This shares nothing with the simulator: no code, no inverse of a hazard, no draw.
"""
from dataclasses import dataclass

import numpy as np
from scipy.integrate import trapezoid


@dataclass
class Solution:
    """What a process does, on yearly times 0 ... horizon. Rewards: (discounted, undiscounted)."""

    years: np.ndarray
    occupancy: dict  # {state: array over years}
    entries: dict    # {clock: expected firings up to each year}
    count: dict      # {clock: (firings discounted as costs, firings)} up to the horizon
    moves: dict      # {(from, to): expected moves up to the horizon}
    life_years: np.ndarray
    qalys: np.ndarray
    flow: np.ndarray

    def vector(self):
        """All numbers in one array, for extrapolation."""
        return np.concatenate(self._parts())

    def from_vector(self, numbers):
        """A solution of the same shape with other numbers."""
        ends = np.cumsum([len(part) for part in self._parts()])
        take = iter(np.split(numbers, ends[:-1]))
        return Solution(self.years, {key: next(take) for key in self.occupancy},
                        {key: next(take) for key in self.entries},
                        {key: next(take) for key in self.count},
                        {key: next(take) for key in self.moves}, next(take), next(take),
                        next(take))

    def _parts(self):
        return [*self.occupancy.values(), *self.entries.values(), *self.count.values(),
                *self.moves.values(), self.life_years, self.qalys, self.flow]


class Grid:
    """Cumulative hazards of a process on a grid of equal cells."""

    def __init__(self, process, cells_per_year):
        self.cells = int(round(process.horizon * cells_per_year))
        self.width = process.horizon / self.cells
        self.process = process
        whole = np.arange(self.cells + 1) * self.width
        self.times = whole
        self.middles = whole[:-1] + self.width / 2
        since_middle = np.concatenate([[0.0], self.middles])
        self.from_zero = self._hazards(whole, lambda clock, _: True)
        self.from_middle = self._hazards(since_middle, lambda clock, _: not clock.from_index)
        self.at_middle = self._hazards(self.middles, lambda clock, _: clock.from_index)

    def _hazards(self, ages, wanted):
        """By clock and state, where neither depends on when the state was entered."""
        found = {}
        for clock in self.process.clocks:
            for state, ratio in clock.ratios.items():
                if not wanted(clock, state) or clock.since() == state:
                    continue
                law = clock.law.awaiting() if clock.since() else clock.law
                found[clock.name, state] = law.cumulative_hazard(ages, ratio)
        return found

    def hazard(self, clock, state, cell):
        """Cumulative hazard of a clock from an entry into state to that cell's end and all later.

        The entry is at time zero for cell = -1, else at the middle of the cell.
        """
        if clock.since() == state:
            entry = 0.0 if cell < 0 else self.middles[cell]
            times = np.concatenate([[entry], self.times[max(cell, 0) + 1:]])
            hazards = clock.law.cumulative_hazard(times, clock.ratios[state], offset=entry)
            return hazards - hazards[0]
        if not clock.from_index:
            source = self.from_zero if cell < 0 else self.from_middle
            return source[clock.name, state][:self.cells + 1 - max(cell, 0)]
        at_times = self.from_zero[clock.name, state]
        if cell < 0:
            return at_times - at_times[0]
        start = self.at_middle[clock.name, state][cell]
        return np.concatenate([[0.0], at_times[cell + 1:] - start])

    def departures(self, state, cell):
        """For one entry: survival at the cells' ends, and by clock the mass leaving in each."""
        clocks = [clock for clock in self.process.clocks if state in clock.ratios]
        hazards = [self.hazard(clock, state, cell) for clock in clocks]
        total = sum(hazards) if hazards else np.zeros(self.cells + 1 - max(cell, 0))
        survival = np.exp(-total)
        spent = np.diff(total)
        per_hazard = np.divide(-np.diff(survival), spent, out=survival[:-1].copy(),
                               where=spent > 0)
        return survival, [(clock, per_hazard * np.diff(hazard))
                          for clock, hazard in zip(clocks, hazards)]


def _entries_of_cell(living, waiting, departures):
    """Entries of a cell, with those who enter and leave again within it."""
    size = len(living)
    position = {state: k for k, state in enumerate(living)}
    onward = np.zeros((size, size))
    for state, (_, leaving) in departures.items():
        for clock, mass in leaving:
            if clock.target in position:
                onward[position[clock.target], position[state]] += mass[0]
    return np.linalg.solve(np.eye(size) - onward, waiting)


def _march(grid):
    """Occupancy at all times {state: array}, mass leaving in each cell {clock: array}, and moves."""
    living = grid.process.living
    occupancy = {state: np.zeros(grid.cells + 1) for state in living}
    firings = {clock.name: np.zeros(grid.cells) for clock in grid.process.clocks}
    moves = {(state, clock.target): np.zeros(1) for clock in grid.process.clocks for state in clock.ratios}
    waiting = np.zeros((len(living), grid.cells))
    position = {state: k for k, state in enumerate(living)}

    def spread(state, mass, departures, cell):
        survival, leaving = departures
        first = max(cell, 0)
        occupancy[state][first + 1:] += mass * survival[1:]
        for clock, share in leaving:
            firings[clock.name][first:] += mass * share
            moves[state, clock.target] += mass * share.sum()
            later = first + (cell >= 0)  # within the cell of entry: already in _entries_of_cell
            if clock.target in position:
                waiting[position[clock.target], later:] += mass * share[later - first:]

    occupancy[living[0]][0] = 1.0
    spread(living[0], 1.0, grid.departures(living[0], -1), -1)
    for cell in range(grid.cells):
        departures = {state: grid.departures(state, cell) for state in living}
        entries = _entries_of_cell(living, waiting[:, cell], departures)
        for state, mass in zip(living, entries):
            spread(state, mass, departures[state], cell)
    return occupancy, firings, moves


def _rewards(grid, occupancy, rate_by_state, discount_rate):
    """Integral of a rate by state over the occupancy: (discounted, undiscounted)."""
    flow = sum(rate_by_state[state] * occupancy[state] for state in grid.process.living)
    weight = np.exp(-discount_rate * grid.times)
    return np.array([trapezoid(flow * weight, grid.times), trapezoid(flow, grid.times)])


def solve_on(process, cells_per_year):
    """The solution on one grid."""
    grid = Grid(process, cells_per_year)
    occupancy, firings, moves = _march(grid)
    each_year = slice(None, None, cells_per_year)
    entries = {name: np.concatenate([[0.0], np.cumsum(mass)])[each_year]
               for name, mass in firings.items()}
    of_costs, of_effects = process.discount_rates

    def count(clock, discount_rate):
        mass = firings[clock.name]
        return np.array([np.sum(mass * np.exp(-discount_rate * grid.middles)), np.sum(mass)])

    loss = sum(clock.loss * count(clock, of_effects) for clock in process.clocks)
    ones = {state: 1.0 for state in process.living}
    return Solution(grid.times[each_year],
                    {state: values[each_year] for state, values in occupancy.items()},
                    entries, {clock.name: count(clock, of_costs) for clock in process.clocks}, moves,
                    _rewards(grid, occupancy, ones, of_effects),
                    _rewards(grid, occupancy, process.utility, of_effects) - loss,
                    _rewards(grid, occupancy, process.flow, of_costs))


def solve(process, cells_per_year=100):
    """The extrapolated solution, and one of the same shape with the error still left in it."""
    coarse = solve_on(process, cells_per_year)
    fine = solve_on(process, 2 * cells_per_year)
    step = (fine.vector() - coarse.vector()) / 3.0
    return fine.from_vector(fine.vector() + step), fine.from_vector(np.abs(step))
