"""Random small processes, and how each is written in the simulator's language.

A process has one to three living states. Every living state gets one or two clocks that count from
entry into it, one of them to the next state; most processes also get a mortality that counts from
index and is multiplied in each state, a hazard that follows the patient through the states. Numbers
are such that within the ten years of the horizon a good part of the patients move.
"""
import numpy as np

from process import DEAD, Clock, Law, Process

SEED = 7001


def _round(number):
    return float(f"{number:.3g}")


def _law(rng, mean):
    """A random law with about this mean, in years."""
    family = rng.choice(["exponential", "weibull", "piecewise"])
    if family == "exponential":
        return Law(family, (_round(1.0 / mean),))
    if family == "weibull":
        return Law(family, (_round(rng.uniform(0.7, 2.5)), _round(mean)))
    breaks = np.sort(rng.choice(np.arange(1, 17), size=rng.integers(1, 4), replace=False)) / 2.0
    rates = [_round(rate / mean) for rate in rng.uniform(0.3, 2.0, size=len(breaks) + 1)]
    return Law(family, tuple(zip([0.0, *map(float, breaks)], rates)))


def _payoffs(rng):
    """A one-off cost, and for one clock in three a loss of quality-adjusted time."""
    loss = _round(rng.uniform(0.01, 0.2)) if rng.random() < 1 / 3 else 0.0
    return {"cost": float(rng.integers(1, 50) * 100), "loss": loss}


def _clock(rng, state, target):
    """A clock that counts from entry into a state; death is rarer than a move among the living."""
    mean = rng.uniform(5.0, 20.0) if target == DEAD else rng.uniform(1.0, 6.0)
    ratio = _round(rng.choice([1.0, rng.uniform(0.5, 2.0)]))
    return Clock(f"{state}_to_{target}", _law(rng, mean), {state: ratio}, target,
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
    return Clock("mortality", _law(rng, rng.uniform(10.0, 40.0)), ratios, DEAD, from_index=True,
                 **_payoffs(rng))


def random_process(number):
    """The process of this number: always the same."""
    rng = np.random.default_rng([SEED, number])
    living = tuple(f"s{k}" for k in range(rng.choice([1, 2, 3], p=[0.1, 0.4, 0.5])))
    clocks = []
    for state in living:
        clocks += _clocks_of_state(rng, state, living + (DEAD,))
    if rng.random() < 0.75:
        clocks.append(_mortality(rng, living))
    return Process(living, tuple(clocks),
                   {state: _round(rng.uniform(0.1, 1.0)) for state in living},
                   {state: float(rng.integers(1, 30) * 1000) for state in living},
                   _round(rng.uniform(0.0, 0.06)), bool(rng.random() < 0.5))


def _written_law(law):
    if law.family == "exponential":
        return {"exponential": {"rate": f"{law.numbers[0]}/y"}}
    if law.family == "weibull":
        shape, scale = law.numbers
        return {"weibull": {"shape": shape, "scale": f"{scale} y"}}
    return {"piecewise": {"rates": {f"{start} y": f"{rate}/y" for start, rate in law.numbers}}}


def _by_state(ratios):
    """An expression for numbers that differ by state."""
    *others, last = ratios.items()
    text = str(last[1])
    for state, ratio in others:
        text = f"if(state == {state}, {ratio}, {text})"
    return text


def _written_clock(clock):
    """The event of a clock. Its own cost category counts its firings."""
    pay = {"pay_" + clock.name: f"{clock.cost} EUR"}
    if clock.loss:
        pay["qalys"] = f"-{clock.loss} y"
    event = {"while": list(clock.ratios), "time": _written_law(clock.law),
             "hazard ratio": _by_state(clock.ratios),
             "do": [{"pay": pay}, {"goto": clock.target}]}
    if clock.from_index:
        event.update({"from": "index", "changes": "follow"})
    elif clock.names_origin:
        event["from"] = next(iter(clock.ratios))
    return event


def written_model(process, name):
    """The model file of a process, as a dictionary."""
    costs = {"care": {state: f"{cost} EUR/y" for state, cost in process.flow.items()}}
    costs.update({"pay_" + clock.name: "0 EUR/y" for clock in process.clocks})
    states = {state: None for state in process.living}
    states[DEAD] = {"death": True}
    return {"model": name, "currency": "EUR", "states": states,
            "start": {"state": process.living[0]},
            "events": {clock.name: _written_clock(clock) for clock in process.clocks},
            "utility": process.utility, "costs": costs}


def written_experiment(process, model_path, name):
    """The experiment of a process, as a dictionary."""
    deaths = {clock.name: clock.name for clock in process.clocks if clock.target == DEAD}
    endpoints = {"os": {"from": "index", "event": "death"}}
    if deaths:
        endpoints["how"] = {"from": "index",
                            "causes": {"by_" + name: name for name in deaths}}
    kind = "effective" if process.effective else "continuous"
    return {"experiment": name, "model": model_path, "horizon": f"{process.horizon:g} y",
            "patients": 1000, "seed": 1,
            "strategies": {"only": {"title": "The only strategy"}},
            "discount": {"rate": process.discount, "kind": kind, "from": "index"},
            "outputs": {"grid": {"to": f"{process.horizon:g} y", "every": "1 y"}},
            "endpoints": endpoints}
