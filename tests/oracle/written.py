"""How a process is written in the simulator's language."""
import numpy as np

from process import DEAD

ARGUMENTS = {  # name and unit of each number
    "exponential": (("rate", "/y"),), "weibull": (("shape", ""), ("scale", " y")),
    "gompertz": (("shape", "/y"), ("rate", "/y")), "lognormal": (("median", " y"), ("sdlog", "")),
    "loglogistic": (("shape", ""), ("scale", " y")), "gamma": (("shape", ""), ("rate", "/y")),
    "generalised gamma": (("location", " y"), ("sigma", ""), ("q", "")),
}


def _written_law(law):
    if law.family == "piecewise":
        arguments = {"rates": {f"{start} y": f"{rate}/y" for start, rate in law.numbers}}
    else:
        arguments = {name: f"{number}{unit}" for (name, unit), number in zip(ARGUMENTS[law.family], law.numbers)}
    limits = {key: f"{limit} y" for key, limit in (("from", law.low), ("to", law.high)) if 0.0 < limit < np.inf}
    if limits:
        arguments["truncate"] = limits
    if law.shift:
        arguments["shift"] = f"{law.shift} y"
    return {law.family: arguments}


def _written_profile(profile):
    if profile.steps:
        written = {"piecewise": {f"{start} y": ratio for start, ratio in profile.steps}}
    else:
        first, last, start, length, number, logarithmic = profile.waning
        written = {"waning": {"from": first, "to": last, "start": f"{start} y", "length": f"{length} y",
                              "steps": number, "scale": "log" if logarithmic else "linear"}}
    if profile.since:
        written["since"] = profile.since
    if profile.before is not None:
        written["before"] = profile.before
    return written


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
    if clock.law.profile:
        event["hazard ratio over time"] = _written_profile(clock.law.profile)
    if clock.law.cured:
        event["cured"] = clock.law.cured
        event["cure on"] = "population" if clock.law.on_population else "latency"
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
    endpoints = {"os": {"events": "death"}}
    if deaths:
        endpoints["how"] = {"causes": {"by_" + name: name for name in deaths}}
    costs, effects = process.discount
    return {"experiment": name, "model": model_path, "horizon": f"{process.horizon:g} y",
            "patients": 1000, "seed": 1,
            "strategies": {"only": {"title": "The only strategy"}},
            "discount": {"costs": {"rate": costs}, "effects": {"rate": effects}, "from": "index",
                         "kind": "effective" if process.effective else "continuous"},
            "outputs": {"grid": {"to": f"{process.horizon:g} y", "every": "1 y"}},
            "endpoints": endpoints}
