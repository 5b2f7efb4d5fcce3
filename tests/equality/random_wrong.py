"""Lives that go wrong: models in which something becomes impossible in some lives.

Each kind adds to a model the event `slip`, which draws a number and does something with it that a few
lives do not survive, or changes something about who comes. Both executions must end with the same
words about the same patient.
"""
NUMBER = {"draw": "slipped", "from": {"normal": {"mean": 0.4, "sd": 0.3}}}


def _slip(*actions, **more):
    """The event, beside an attribute of its own."""
    def change(model, _experiment):
        model["attributes"]["slipped"] = {"type": "number", "initial": 0.5}
        model["events"]["slip"] = {"while": "count(slip) < 3", "time": {"exponential": {"mean": "2 y"}},
                                   "do": [NUMBER, *actions], **more}
    return change


def _beside(change, **sections):
    """The same, with more in sections of the model."""
    def both(model, experiment):
        change(model, experiment)
        for section, content in sections.items():
            model.setdefault(section, {}).update(content)
    return both


def _clock(law, **more):
    """A second clock whose law or condition reads the number, looked at again when it changes."""
    clock = {"while": "count(slip) > 0 and count(second) < 3", "time": law, "changes": "follow", **more}
    return _beside(_slip(), events={"second": clock, "unheard": {"while": "false", "time": {"fixed": "1 d"}}})


def _utility(model, experiment):
    _slip()(model, experiment)
    expression = "min(1, sqrt(slipped))"
    by_state = model.get("utility")
    model["utility"] = dict.fromkeys(by_state, expression) if isinstance(by_state, dict) else expression


def _cost(model, experiment):
    _slip()(model, experiment)
    model["costs"]["slips"] = "log(slipped) * 1 EUR/y"


def _entry(model, experiment):
    model["attributes"]["entry_year"] = "number"
    experiment["population"]["attributes"]["entry_year"] = {"from": {"uniform": {"min": 2000, "max": 2010}}}
    experiment["closes"] = 2009.5


def _young(model, experiment):
    """Born after index, and a clock that counts from birth."""
    model["attributes"]["age"] = "time"
    experiment["population"]["attributes"]["age"] = {"from": {"normal": {"mean": "30 y", "sd": "20 y"}}}
    model["events"]["slip"] = {"time": {"weibull": {"shape": 2, "scale": "90 y"}}, "from": "birth"}


def _unset_at_baseline(model, experiment):
    """A number that may be unset, read in the population of whom it is not there."""
    model["attributes"]["slipped"] = "number"
    experiment["population"]["attributes"]["slipped"] = "sqrt(root)"
    model["attributes"]["root"] = "number"
    experiment["population"]["attributes"] = {"root": {"from": {"normal": {"mean": 1, "sd": 0.6}}},
                                              **experiment["population"]["attributes"]}


RARE = "a rare root"  # of a patient or two in a thousand: among many, some in every block
KEY = {"slip_key": {"type": "kind0", "initial": "unset"}}
LATENT = {"slip_z": {"latent": "normal"}}
SHARE = {"slip_share": {"type": "probability", "initial": 0.5}, "slip_count": {"type": "count", "initial": 0}}
LINE = {"exponential": {"mean": "1 y"}}

WRONG = {
    "a root": _slip({"set": {"slipped": "sqrt(slipped)"}}),
    RARE: _slip({"set": {"slipped": "sqrt(slipped + 0.6)"}}),
    "a chance": _beside(_slip({"draw": "slip_flag", "chance": "slipped"}),
                        attributes={"slip_flag": {"type": "flag", "initial": False}}),
    "a share": _slip({"split": "slips", "into": [{"chance": "slipped", "do": []}, {"otherwise": None}]}),
    "shares": _slip({"split": "slips", "into": [{"chance": "abs(slipped)", "do": []}, {"chance": 0.4, "do": []},
                                                {"otherwise": None}]}),
    "too little": _slip({"split": "slips", "into": [{"chance": 0.6, "do": []}, {"chance": "min(0.4, max(0, slipped))",
                                                                               "do": []}]}),
    "never": _slip({"if": "slipped > 0.6", "then": [{"set": {"slipped": "since(death) / 1 y"}}]}),
    "a probability": _beside(_slip({"set": {"slip_share": "slipped"}}), attributes=SHARE),
    "a count": _beside(_slip({"set": {"slip_count": "slipped"}}), attributes=SHARE),
    "a length": _slip({"lose utility": "slips", "amount": 0.1, "for": "slipped * 30 d"}),
    "a condition": _slip({"if": "sqrt(slipped) > 0.5", "then": [{"set": {"slipped": 1}}]}),
    "a key": _beside(_slip({"if": "slipped < 0.6", "then": [{"set": {"slip_key": "k0a"}}]},
                           {"draw": "slipped", "from": {"uniform": {"min": 0, "max": 1}}, "key": ["slip_key"],
                            "site": "keyed"}), attributes=KEY),
    "a loading": _beside(_slip({"draw": "slipped", "from": {"uniform": {"min": 0, "max": 1}}, "site": "loaded",
                                "loads on": {"slip_z": "1.2 * slipped"}}), attributes=LATENT),
    "a law": _clock({"weibull": {"shape": "slipped", "scale": "1 y"}}),
    "a drawn law": _slip({"draw": "slipped", "from": {"normal": {"mean": 0, "sd": "slipped"}}, "site": "again"}),
    "a delay": _clock({"fixed": "slipped * 1 y"}),
    "an origin": _clock(LINE, **{"from": "unheard", "while": "slipped > 0.9"}),
    "a ratio since": _clock(LINE, **{"while": "slipped > 0.8", "hazard ratio over time": {
        "piecewise": {"0 y": 2, "1 y": 1}, "since": "unheard"}}),
    "a ratio before": _clock(LINE, **{"hazard ratio over time": {"piecewise": {"0 y": 2, "1 y": 1}, "since": "unheard",
                                                                 "before": "slipped"}}),
    "a share of cured": _clock(LINE, cured="slipped"),
    "a while": _clock(LINE, **{"while": "sqrt(slipped) > 0.1"}),
    "an end of a table": _clock({"tabulated": {"survival": {"0 y": 1, "5 y": 0.1}, "tail": "error"}}),
    "an instant": _clock({"fixed": "0 d"}, **{"while": "slipped > 0.9"}),
    "a total": _slip({"pay": {"drug": "exp(709) * 1 EUR * if(slipped > 0.5, 2, 0)"}}),
    "a utility": _utility, "a cost": _cost, "an entry": _entry, "an age": _young, "a baseline": _unset_at_baseline,
}


def go_wrong(kind, model, experiment):
    """Change a model and its experiment so that some lives go wrong in this way."""
    WRONG[kind](model, experiment)
