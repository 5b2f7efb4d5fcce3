#!/usr/bin/python3
"""illness_death.yaml and salvage.yaml by hand in numpy, in blocks that fit a processor's cache.

    twin_numpy.py illness_death|salvage PATIENTS SEED

Prints what the hand-written C programs print: one line of JSON with the time taken and every outcome.
"""
import json
import math
import sys
import time

import numpy as np

BLOCK = 8192
HORIZON = 40.0
GRID_STEP, POINTS = 0.25, 81
DISCOUNT = math.log(1.03)


class Tally:
    """Sums of quantities and their squares, counts of events, numbers ended in each interval of the grid."""

    def __init__(self):
        self.quantities, self.events, self.ended = {}, {}, {}

    def quantity(self, name, x):
        sums = self.quantities.setdefault(name, [0.0, 0.0])
        sums[0] += x.sum()
        sums[1] += np.dot(x, x)

    def pair(self, name, discounted, plain):
        """A quantity discounted and not; a cost is `cost/CATEGORY` in the file, `cost_undiscounted/CATEGORY`."""
        stem, stroke, category = name.partition("/")
        self.quantity(name, discounted)
        self.quantity(stem + "_undiscounted" + stroke + category, plain)

    def once(self, name, n):
        """An event that happens once or never: to how many it did."""
        self.add(name, n, n, n)

    def times(self, name, counts):
        self.add(name, counts.sum(), np.dot(counts, counts), np.count_nonzero(counts))

    def add(self, name, *numbers):
        sums = self.events.setdefault(name, [0, 0, 0])
        for i, number in enumerate(numbers):
            sums[i] += int(number)

    def endpoint(self, name, t):
        place = np.ceil(np.minimum(t, GRID_STEP * POINTS) * (1 / GRID_STEP)).astype(np.intp)
        counts = np.bincount(place, minlength=POINTS + 1)
        self.ended[name] = self.ended.get(name, 0) + counts

    def results(self, n, seconds):
        def moments(total, square):
            mean = total / n
            return [float(mean), float((square - n * mean * mean) / (n - 1))]
        return {"patients": n, "seconds": seconds,
                "quantities": {name: moments(*sums) for name, sums in self.quantities.items()},
                "events": {name: moments(total, square) + [ever / n]
                           for name, (total, square, ever) in self.events.items()},
                "survival": {name: ((n - np.cumsum(counts[:POINTS])) / n).tolist()
                             for name, counts in self.ended.items()}}


def illness_death(random, n, tally):
    """One block of patients."""
    def weibull(shape, scale, size):
        return scale * random.standard_exponential(size) ** (1 / shape)

    onset, death = weibull(1.3, 12.0, n), weibull(1.8, 30.0, n)
    well = np.minimum(np.minimum(onset, death), HORIZON)
    ill = (onset < death) & (onset < HORIZON)
    sick = np.flatnonzero(ill)
    death[sick] = onset[sick] + weibull(0.9, 6.0, len(sick))
    end = np.minimum(death, HORIZON)
    dead = death < HORIZON

    at_onset, at_end = np.exp(-DISCOUNT * well), np.exp(-DISCOUNT * end)
    first, second = (1 - at_onset) / DISCOUNT, (at_onset - at_end) / DISCOUNT
    after = end - well
    care, care_plain = 400 * first + 9000 * second, 400 * well + 9000 * after
    paid, paid_plain = 15000 * at_onset * ill, 15000.0 * ill
    tally.pair("life_years", first + second, end)
    tally.pair("qalys", 0.9 * first + 0.6 * second, 0.9 * well + 0.6 * after)
    tally.pair("cost/care", care, care_plain)
    tally.pair("cost/onset", paid, paid_plain)
    tally.pair("total_cost", care + paid, care_plain + paid_plain)
    tally.once("fall_ill", np.count_nonzero(ill))
    tally.once("die_healthy", np.count_nonzero(~ill & dead))
    tally.once("die_ill", np.count_nonzero(ill & dead))
    tally.endpoint("os", end)
    tally.endpoint("illness_free", well)


class Salvage:
    """A block of patients of salvage.yaml. Arrays hold all patients; `who` are the indices that a step is about."""

    RESPONSE = (0.6, 0.45, 0.3)
    UTILITY = {"on_course": 0.5, "remission": 0.8, "transplanted": 0.75, "palliated": 0.4}
    CARE = {"on_course": 240000.0, "remission": 9600.0, "transplanted": 18000.0, "palliated": 36000.0}
    QUANTITIES = ("life_years", "qalys", "cost/drug", "cost/transplant", "cost/care")
    REPEATED = ("on_course", "remission", "assess", "relapse")
    ONCE = ("transplanted", "palliated", "die_other", "die_on_course", "transplant", "die_of_transplant",
            "die_of_leukaemia")

    def __init__(self, random, n):
        self.random = random
        age = random.uniform(18.0, 75.0, n)
        self.fit = random.random(n) < 0.55
        self.high = random.random(n) < 0.4
        hazard = random.standard_exponential(n) * 0.09 / (0.00003 * np.exp(0.09 * age))
        self.end = np.minimum(np.log1p(hazard) / 0.09, HORIZON)
        self.now, self.factor = np.zeros(n), np.ones(n)
        self.transplanted = np.zeros(n, bool)
        self.event_free = np.full(n, np.inf)
        self.value = {name: (np.zeros(n), np.zeros(n)) for name in self.QUANTITIES}
        self.times = {name: np.zeros(n) for name in self.REPEATED}
        self.once = dict.fromkeys(self.ONCE, 0)

    def stay(self, who, state, until):
        """Live in a state until a time; returns who is alive then, as a mask of `who`."""
        alive = until < self.end[who]
        to = np.where(alive, until, self.end[who])
        factor = np.exp(-DISCOUNT * to)
        years, plain = (self.factor[who] - factor) / DISCOUNT, to - self.now[who]
        for name, rate in (("life_years", 1.0), ("qalys", self.UTILITY[state]), ("cost/care", self.CARE[state])):
            self.value[name][0][who] += rate * years
            self.value[name][1][who] += rate * plain
        self.now[who], self.factor[who] = to, factor
        self.once["die_other"] += np.count_nonzero(~alive & (to < HORIZON))
        return alive

    def pay(self, who, name, price):
        self.value[name][0][who] += price * self.factor[who]
        self.value[name][1][who] += price

    def transplant(self, who, start, left, hr):
        """From transplantation; returns who relapses."""
        self.transplanted[who] = True
        for event in ("transplant", "transplanted"):
            self.once[event] += len(who)
        self.pay(who, "cost/transplant", 100000.0)
        spent = ((self.now[who] - start) / 1.2) ** 0.9
        spent += (left - hr * spent) / (hr * 0.4)
        relapse = start + 1.2 * spent ** (1 / 0.9)
        death = np.full(len(who), np.inf)
        dies = np.flatnonzero(self.random.random(len(who)) < 0.2)
        death[dies] = self.now[who[dies]] + 4 / 12 / math.log(2) * self.random.standard_exponential(len(dies))
        alive = self.stay(who, "transplanted", np.minimum(relapse, death))
        self.once["die_of_transplant"] += np.count_nonzero(alive & (death < relapse))
        return who[alive & (relapse < death)]

    def remission(self, who):
        """From remission; returns who relapses."""
        self.times["remission"][who] += 1
        start, hr = self.now[who], np.where(self.high[who], 1.5, 1.0)
        left = self.random.standard_exponential(len(who))
        relapse = start + 1.2 * (left / hr) ** (1 / 0.9)
        transplant = np.full(len(who), np.inf)
        able = np.flatnonzero(self.fit[who] & ~self.transplanted[who])
        transplant[able] = start[able] + 0.25 * np.exp(0.5 * self.random.standard_normal(len(able)))
        alive = self.stay(who, "remission", np.minimum(relapse, transplant))
        goes = alive & (transplant < relapse)
        relapsing = np.concatenate((who[alive & ~goes], self.transplant(who[goes], start[goes], left[goes], hr[goes])))
        self.times["relapse"][relapsing] += 1
        self.event_free[relapsing] = np.minimum(self.event_free[relapsing], self.now[relapsing])
        return relapsing

    def course(self, who, line):
        """A line of treatment and what follows; returns who needs the next one."""
        self.times["on_course"][who] += 1
        self.pay(who, "cost/drug", 60000.0)
        death = self.now[who] + self.random.standard_exponential(len(who)) / 0.6
        assessed = self.now[who] + 42 / 365.25
        alive = self.stay(who, "on_course", np.minimum(death, assessed))
        self.once["die_on_course"] += np.count_nonzero(alive & (death < assessed))
        who = who[alive & (assessed <= death)]
        self.times["assess"][who] += 1
        chance = self.RESPONSE[line] * np.where(self.high[who], 0.75, 1.0)
        responds = self.random.random(len(who)) < chance
        return np.concatenate((who[~responds], self.remission(who[responds])))

    def live(self):
        who = np.arange(len(self.now))
        for line in range(3):
            who = self.course(who, line)
        self.once["palliated"] += len(who)
        death = self.now[who] + 0.25 / math.log(2) * self.random.standard_exponential(len(who))
        self.once["die_of_leukaemia"] += np.count_nonzero(self.stay(who, "palliated", death))


def salvage(random, n, tally):
    """One block of patients."""
    block = Salvage(random, n)
    block.live()
    for name, values in block.value.items():
        tally.pair(name, *values)
    tally.pair("total_cost", *(sum(block.value[name][i] for name in Salvage.QUANTITIES[2:]) for i in range(2)))
    for name, counts in block.times.items():
        tally.times(name, counts)
    for name, count in block.once.items():
        tally.once(name, count)
    tally.endpoint("os", block.now)
    tally.endpoint("event_free", np.minimum(block.now, block.event_free))


def main():
    which, patients, seed = {"illness_death": illness_death, "salvage": salvage}[sys.argv[1]], *map(int, sys.argv[2:])
    before = time.process_time()
    random, tally = np.random.Generator(np.random.PCG64(seed)), Tally()
    for first in range(0, patients, BLOCK):
        which(random, min(BLOCK, patients - first), tally)
    json.dump(tally.results(patients, time.process_time() - before), sys.stdout)
    print()


if __name__ == "__main__":
    main()
