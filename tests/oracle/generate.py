"""Random small processes.

A process has one to three living states. Every living state gets one or two clocks that count from
entry into it, one of them to the next state; most processes also get a mortality that counts from
index and is multiplied in each state, a hazard that follows the patient through the states. Numbers
are such that within the ten years of the horizon a good part of the patients move.

The processes take turns in what they are sure to contain (INGREDIENTS), where many patients meet it;
beside that each contains whatever chance gives it. `without` takes the ingredient of a process away,
or changes it, for the self-check.
"""
from dataclasses import replace

import numpy as np

from law import Law, Profile
from process import DEAD, Clock, Process

SEED = 7001
SOMETIMES = 0.12  # how often a clock wears something that it need not
WRONG_FACTOR = 1.15


def _round(number):
    return float(f"{number:.3g}")


# ---- laws with about a given mean, in years

def _breaks(rng):
    return sorted(map(float, rng.choice(np.arange(1, 17), size=rng.integers(1, 4), replace=False) / 2.0))


def _exponential(_, mean):
    return Law("exponential", (_round(1.0 / mean),))


def _weibull(rng, mean):
    return Law("weibull", (_round(rng.uniform(0.7, 2.5)), _round(mean)))


def _piecewise(rng, mean):
    starts = [0.0, *_breaks(rng)]
    return Law("piecewise", tuple((start, _round(rng.uniform(0.3, 2.0) / mean)) for start in starts))


def _rising_gompertz(rng, mean):
    return Law("gompertz", (_round(rng.uniform(0.05, 0.5)), _round(0.6 / mean)))


def _falling_gompertz(rng, mean):
    return Law("gompertz", (_round(rng.uniform(-0.4, -0.05)), _round(1.2 / mean)))


def _loglogistic(rng, mean):
    return Law("loglogistic", (_round(rng.uniform(0.8, 2.5)), _round(0.7 * mean)))


def _lognormal(rng, mean):
    return Law("lognormal", (_round(0.7 * mean), _round(rng.uniform(0.5, 1.2))))


def _gamma(rng, mean):
    shape = rng.uniform(0.6, 3.0)
    return Law("gamma", (_round(shape), _round(shape / mean)))


def _generalised_gamma(rng, mean, q=None):
    q = rng.uniform(0.2, 1.6) if q is None else q
    return Law("generalised gamma", (_round(0.7 * mean), _round(rng.uniform(0.5, 1.1)), _round(q)))


def _negative_q(rng, mean):
    return _generalised_gamma(rng, mean, q=rng.uniform(-1.2, -0.2))


FAMILIES = {"rising Gompertz": _rising_gompertz, "falling Gompertz": _falling_gompertz,
            "log-logistic": _loglogistic, "log-normal": _lognormal, "gamma": _gamma,
            "generalised gamma": _generalised_gamma, "generalised gamma, q < 0": _negative_q}
CHEAP = [_exponential, _weibull, _piecewise, _rising_gompertz, _loglogistic]
ALL_LAWS = [_exponential, _weibull, _piecewise, *FAMILIES.values()]


def _law(rng, mean, laws=None):
    laws = laws or ALL_LAWS
    return laws[rng.integers(len(laws))](rng, mean)


# ---- what a law wears

def _truncated(rng, law, mean):
    low = float(rng.choice([0.0, 0.25, 0.5, 1.0]))
    return replace(law, low=low, high=_round(low + mean * rng.uniform(1.2, 2.5)))


def _shifted(rng, law, _):
    return replace(law, shift=float(rng.integers(1, 7)) / 4.0)


def _cured(rng, law, _):
    return replace(law, cured=_round(rng.uniform(0.15, 0.5)))


def _cured_on_population(rng, law, mean):
    return replace(_cured(rng, law, mean), on_population=True)


def _ratio(rng):
    """A hazard ratio that is far from one."""
    return _round(rng.uniform(0.15, 0.5) if rng.random() < 0.5 else rng.uniform(2.0, 4.0))


def _waning(rng, law, _, **since):
    numbers = (_ratio(rng), _round(rng.choice([1.0, rng.uniform(0.7, 1.4)])), float(rng.integers(0, 5)) / 2.0,
               float(rng.integers(1, 9)) / 2.0, int(rng.integers(1, 13)), bool(rng.random() < 0.5))
    return replace(law, profile=Profile(waning=numbers, **since))


def _stepped(rng, law, _, **since):
    starts = [0.0, *_breaks(rng)]
    return replace(law, profile=Profile(steps=tuple((start, _ratio(rng)) for start in starts), **since))


WRAPPERS = {"truncation": _truncated, "shift": _shifted, "cure": _cured,
            "cure on population": _cured_on_population, "waning": _waning, "steps": _stepped}
PLACES = ("ratio since a state", "ratio before a state")
INGREDIENTS = [*FAMILIES, *WRAPPERS, *PLACES]


def ingredient_of(number):
    return INGREDIENTS[number % len(INGREDIENTS)]


# ---- clocks

def _payoffs(rng):
    """A one-off cost, and for one clock in three a loss of quality-adjusted time."""
    loss = _round(rng.uniform(0.01, 0.2)) if rng.random() < 1 / 3 else 0.0
    return {"cost": float(rng.integers(1, 50) * 100), "loss": loss}


def _worn(rng, law, mean, wrappers=tuple(WRAPPERS)):
    for name in wrappers:
        if rng.random() < SOMETIMES:
            law = WRAPPERS[name](rng, law, mean)
    return law


def _clock(rng, state, target):
    """A clock that counts from entry into a state; death is rarer than a move among the living."""
    mean = rng.uniform(5.0, 20.0) if target == DEAD else rng.uniform(1.0, 6.0)
    ratio = _round(rng.choice([1.0, rng.uniform(0.5, 2.0)]))
    return Clock(f"{state}_to_{target}", _worn(rng, _law(rng, mean), mean), {state: ratio}, target,
                 names_origin=bool(rng.random() < 0.3), **_payoffs(rng))


def _clocks_of_state(rng, state, states):
    """A clock to the next state, so that all are reached, and often one to some other state."""
    following = states[states.index(state) + 1]
    clocks = [_clock(rng, state, following)]
    others = [other for other in states if other not in (state, following)]
    if others and rng.random() < 0.75:
        clocks.append(_clock(rng, state, others[rng.integers(len(others))]))
    return clocks


def _mortality(rng, living):
    """A clock from index whose hazard depends on the state."""
    ratios = {state: _round(rng.uniform(0.5, 4.0)) for state in living}
    mean = rng.uniform(10.0, 40.0)
    law = _worn(rng, _law(rng, mean), mean, ("shift", "cure", "cure on population", "waning", "steps"))
    return Clock("mortality", law, ratios, DEAD, from_index=True, **_payoffs(rng))


# ---- processes

def _put(rng, clock, ingredient):
    """The clock with a family or wrapper, at a rate at which most patients meet it."""
    mean = rng.uniform(2.0, 5.0)
    law = FAMILIES.get(ingredient, _weibull)(rng, mean)
    if ingredient in WRAPPERS:
        law = WRAPPERS[ingredient](rng, law, mean)
    return replace(clock, law=law, ratios={state: _round(rng.uniform(1.4, 2.5)) for state in clock.ratios})


def _since_state(rng, clock):
    """The clock from index, its hazard ratio over time since its state."""
    (state,) = clock.ratios
    law = [_waning, _stepped][rng.integers(2)](rng, _law(rng, 4.0, CHEAP), 4.0, since=state)
    return replace(clock, law=law, from_index=True, names_origin=False)


def _before_state(rng, clock, last):
    """The mortality with a ratio before the last state, which nobody leaves alive, and one since."""
    law = [_waning, _stepped][rng.integers(2)](rng, _law(rng, 15.0, CHEAP), 15.0, since=last,
                                               before=_ratio(rng))
    return replace(clock, law=law)


def _clocks(rng, living, ingredient):
    clocks = []
    for state in living:
        clocks += _clocks_of_state(rng, state, living + (DEAD,))
    if ingredient in FAMILIES or ingredient in WRAPPERS:
        clocks[0] = _put(rng, clocks[0], ingredient)
    if ingredient == PLACES[0]:
        clocks = [_since_state(rng, clock) if living[1] in clock.ratios else clock for clock in clocks]
    if ingredient == PLACES[1]:
        clocks = [clock for clock in clocks if living[-1] not in clock.ratios or clock.target == DEAD]
        clocks.append(_before_state(rng, _mortality(rng, living), living[-1]))
    elif rng.random() < 0.75:
        clocks.append(_mortality(rng, living))
    return tuple(clocks)


def random_process(number):
    """The process of this number: always the same."""
    rng = np.random.default_rng([SEED, number])
    ingredient = ingredient_of(number)
    states = rng.choice([1, 2, 3], p=[0.1, 0.4, 0.5])
    living = tuple(f"s{k}" for k in range(max(states, 2) if ingredient in PLACES else states))
    return Process(living, _clocks(rng, living, ingredient),
                   {state: _round(rng.uniform(0.1, 1.0)) for state in living},
                   {state: float(rng.integers(1, 30) * 1000) for state in living},
                   (_round(rng.uniform(0.0, 0.03)), _round(rng.uniform(0.04, 0.08))),
                   bool(rng.random() < 0.5))


def without(process, ingredient):
    """The process with its ingredient wrong: a hazard too high, a wrapper forgotten."""
    first = process.clocks[0]
    if ingredient in FAMILIES:
        return process.with_hazard(first.name, WRONG_FACTOR)
    if ingredient in PLACES:
        clock = next(clock for clock in process.clocks if clock.since())
        forgotten = {"since": ""} if ingredient == PLACES[0] else {"before": 1.0}
        return process.with_clock(clock.name, law=replace(clock.law,
                                                          profile=replace(clock.law.profile, **forgotten)))
    plain = {"truncation": {"low": 0.0, "high": np.inf}, "shift": {"shift": 0.0}, "cure": {"cured": 0.0},
             "cure on population": {"on_population": False}, "waning": {"profile": None},
             "steps": {"profile": None}}[ingredient]
    return process.with_clock(first.name, law=replace(first.law, **plain))
