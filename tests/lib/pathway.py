"""A small treatment pathway that uses most of the language, as dictionaries that tests can alter.

Patients are ill, get a drug that a strategy chooses, respond or not after each course of 28 days,
relapse by a hazard that follows their age at treatment, and die of the disease, of a course or of
age. Every number is invented.
"""
import copy

MODEL = {
    "model": "pathway",
    "currency": "EUR",
    "categories": {"drug": ["none", "weak", "strong"]},
    "attributes": {
        "age": "time",
        "frail": "flag",
        "toughness": {"latent": "normal"},
        "courses": {"type": "count", "initial": 0},
        "drug": {"type": "drug", "initial": "none"},
    },
    "states": {"ill": None, "remission": None, "dead": {"death": True}},
    "start": {"state": "ill", "do": [{"decide": "next_drug"}]},
    "events": {
        "assess": {
            "while": ["ill"],
            "time": {"fixed": "28 d"},
            "do": [
                {"set": {"courses": "courses + 1"}},
                {"split": "response",
                 "loads on": {"toughness": "loading"},
                 "into": [
                     {"chance": "response[drug]", "goto": "remission"},
                     {"chance": "early_death", "do": [{"mark": "course_death"}],
                      "goto": "dead"},
                     {"otherwise": [{"decide": "next_drug"}]}]}],
        },
        "relapse": {
            "while": ["remission"],
            "time": {"weibull": {"shape": 0.8, "scale": "2 y"}},
            "hazard ratio": "hr_relapse",
            "cured": "30 %",
            "loads on": {"toughness": "loading"},
            "do": [{"lose utility": "blow", "amount": "0.2", "for": "60 d"},
                   {"decide": "next_drug"}],
            "goto": "ill",
        },
        "disease_death": {
            "while": ["ill"],
            "time": {"exponential": {"rate": "0.5/y"}},
            "goto": "dead",
        },
        "background": {
            "from": "birth",
            "time": {"piecewise": {"rates": {"0 y": "0.001/y", "50 y": "0.01/y", "70 y": "0.05/y"}}},
            "hazard ratio": "if(state == remission, 1, 2)",
            "changes": "follow",
            "goto": "dead",
        },
    },
    "decisions": {
        "next_drug": {
            "of": "drug",
            "do": [{"set": {"drug": "next_drug"}}, {"pay": {"drugs": "price[next_drug]"}}],
        },
    },
    "utility": {"ill": "u_ill", "remission": "u_remission"},
    "costs": {"drugs": "0 EUR/y", "care": {"ill": "care_ill", "remission": "100 EUR/mo"}},
}


def _structural(value, unit):
    return {"value": value, "unit": unit, "class": "structural", "note": "Invented for tests."}


def _by_drug(unit, weak, strong):
    return {"by": "drug", "unit": unit, "class": "structural", "note": "Invented for tests.",
            "none": 0 if unit == "probability" else "0 EUR", "weak": weak, "strong": strong}


EXPERIMENT = {
    "experiment": "pathway",
    "parameters": {
        "response": _by_drug("probability", 0.3, 0.5),
        "price": _by_drug("money", "1000 EUR", "4000 EUR"),
        "early_death": _structural(0.05, "probability"),
        "hr_relapse": _structural(1, "number"),
        "loading": _structural(0.4, "number"),
        "u_ill": _structural(0.5, "utility"),
        "u_remission": _structural(0.8, "utility"),
        "care_ill": _structural("2000 EUR/mo", "money/time"),
    },
    "horizon": "20 y",
    "patients": 6000,
    "seed": 11,
    "population": {"attributes": {
        "age": {"from": {"uniform": {"min": "30 y", "max": "70 y"}}},
        "frail": {"chance": 0.25},
        "drug": "none"}},
    "strategies": {
        "weak_first": {
            "title": "The weak drug once, then the strong one",
            "decisions": {"next_drug": [{"if": "courses == 0", "choose": "weak"},
                                        {"if": "courses < 4", "choose": "strong"},
                                        {"choose": "none"}]}},
        "strong_first": {
            "title": "The strong drug unless frail",
            "decisions": {"next_drug": [{"if": "frail", "choose": "weak"},
                                        {"if": "courses < 4", "choose": "strong"},
                                        {"choose": "none"}]}},
    },
    "reference": "weak_first",
    "discount": {"rate": "3 %", "kind": "effective", "from": "index"},
    "outputs": {"grid": {"to": "10 y", "every": "3 mo"}, "by": ["frail", ["drug", "frail"]]},
    "endpoints": {
        "os": {"events": "death"},
        "remission_time": {"events": "remission", "competing": "death"},
        "rfs": {"index": "remission", "events": ["relapse", "death"]},
        "death_of": {"causes": {"illness": "disease_death", "age": "background",
                                                 "drug": "course_death"}},
    },
}


def pathway():
    """A fresh copy of the model and of the experiment, the latter without its `model:`."""
    return copy.deepcopy(MODEL), copy.deepcopy(EXPERIMENT)


def run(program, model, experiment, **options):
    """Write both and run them."""
    experiment = dict(experiment, model=program.write("model_" + experiment["experiment"], model))
    return program.run(experiment, **options)
