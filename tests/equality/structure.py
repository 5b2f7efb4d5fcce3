#!/usr/bin/python3
"""Adding what nobody uses, or changing an order, leaves every other number as it was, to the bit.

Every draw is addressed by patient and place, so that a patient meets the same luck whatever else a
file contains. Each check here alters the pathway of tests/lib in one way and compares all variables
of the result by label.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402

import pathway  # noqa: E402
from compare import differences  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from results import PATIENT_TABLE  # noqa: E402
from study import arguments  # noqa: E402

NULL_DEBULKING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "configs",
                              "null_debulking.yaml")


def reversed_map(items):
    return dict(reversed(list(items.items())))


def strategy_order(_model, experiment):
    experiment["strategies"] = reversed_map(experiment["strategies"])


def added_strategy(_model, experiment):
    copy = dict(experiment["strategies"]["strong_first"], title="Another strategy")
    copy["set"] = {"hr_relapse": 0.5}
    experiment["strategies"] = {"better": copy, **experiment["strategies"]}


def unused_event(model, _experiment):
    never = {"while": "false", "time": {"exponential": {"rate": "1/y"}}, "goto": "dead"}
    on_demand = {"starts": "on demand", "time": {"fixed": "1 d"}, "goto": "dead"}
    model["events"] = {"never": never, **model["events"], "on_demand": on_demand}


def unused_attribute(model, experiment):
    model["attributes"] = {"eye_colour": "number", "hidden": {"latent": "normal"},
                           **model["attributes"]}
    experiment["population"]["attributes"] = {
        "eye_colour": {"from": {"normal": {"mean": 0, "sd": 1}}},
        **experiment["population"]["attributes"]}


def population_order(_model, experiment):
    population = experiment["population"]
    population["attributes"] = reversed_map(population["attributes"])


def unused_state(model, _experiment):
    model["states"] = {"elsewhere": None, **model["states"]}
    model["utility"]["elsewhere"] = 0


def unused_endpoint(_model, experiment):
    experiment["endpoints"]["early"] = {"events": "remission", "landmark": "60 d"}


def unused_category(model, _experiment):
    model["costs"] = {"nothing": "0 EUR/y", **model["costs"]}


def idle_event(model, _experiment):
    """An event that fires every month and does nothing."""
    model["events"] = {"visit": {"time": {"uniform": {"min": "20 d", "max": "40 d"}}},
                       **model["events"]}


def far_closing(model, experiment):
    """A data cut that nobody lives to see."""
    model["attributes"] = {"entry_year": "number", **model["attributes"]}
    experiment["population"]["attributes"] = {"entry_year": {"from": {"uniform": {"min": 2000, "max": 2020}}},
                                              **experiment["population"]["attributes"]}
    experiment["closes"] = 2500


def zero_correlation(_model, experiment):
    """Correlations of nothing, among attributes and with a latent."""
    experiment["population"]["correlation"] = {"age": {"toughness": 0, "frail": 0}}


# Bins are laid over the values of all strategies together, so another strategy may move them.
ALTERATIONS = {strategy_order: (), added_strategy: ("_histogram", "_bin_edges"), unused_event: (),
               unused_attribute: (), population_order: (), unused_state: (), unused_endpoint: (),
               unused_category: (), idle_event: (), far_closing: (), zero_correlation: ()}


def variant(program, alter=None):
    """The pathway, altered or not, run."""
    model, experiment = pathway.pathway()
    if alter is not None:
        alter(model, experiment)
        experiment["experiment"] = alter.__name__
    return pathway.run(program, model, experiment)


def alterations(program, judge, base):
    for alter, without in ALTERATIONS.items():
        changed = differences(base, variant(program, alter), without=without)
        judge.true(f"{alter.__name__} changes {', '.join(changed)}", not changed)


def wrong_models(program, judge, base):
    """The comparison itself: a parameter a little different is not overlooked."""
    def nudge(_model, experiment):
        experiment["parameters"]["hr_relapse"]["value"] = 1.001

    changed = differences(base, variant(program, nudge))
    for name in ("qalys", "survival", "increment_total_cost"):
        judge.true(f"a changed hazard ratio leaves {name}", name in changed)


def fewer(program, judge, base):
    """One strategy alone is what it is among others; fewer patients are the first of more."""
    model, experiment = pathway.pathway()
    alone = pathway.run(program, model, experiment, flags=("--strategy", "strong_first"))
    names = [name for name in alone.names() if "strategy" in alone.axes(name)
             and not name.startswith(("increment_", "strategy"))]
    changed = differences(alone, base, names, without=("_histogram", "_bin_edges"))
    judge.true(f"one strategy alone changes {', '.join(changed)}", len(names) > 20 and not changed)
    tables = [pathway.run(program, model, experiment, patients=patients,
                          flags=("--patients-table",)).table(PATIENT_TABLE, "strong_first")
              for patients in (300, 5000)]
    for column, values in tables[0].items():
        judge.true(f"more patients change {column}",
                   np.array_equal(values, tables[1][column][:300]))


def paired(program, judge):
    """Increments and both their errors, reckoned again from the patient tables."""
    model, experiment = pathway.pathway()
    result = pathway.run(program, model, experiment, flags=("--patients-table",))
    first, second = (result.table(PATIENT_TABLE, name) for name in ("weak_first", "strong_first"))
    for name in ("life_years", "qalys", "total_cost"):
        difference = second[name] - first[name]
        root = np.sqrt(len(difference))
        unpaired = np.hypot(np.std(first[name], ddof=1), np.std(second[name], ddof=1)) / root
        answers = {"": np.mean(difference), "_se": np.std(difference, ddof=1) / root,
                   "_se_unpaired": unpaired}
        for suffix, expected in answers.items():
            value = float(result.get(f"increment_{name}{suffix}", strategy="strong_first"))
            judge.exact(f"increment_{name}{suffix}", value, float(expected), 1e-9)


def twin(_model, experiment):
    first = experiment["strategies"]["weak_first"]
    experiment["strategies"]["twin"] = dict(first, title="The same under another name")


def null_effect(_model, experiment):
    """A strategy that sets every parameter it may to the value it has."""
    null = dict(experiment["strategies"]["weak_first"], title="Changes nothing")
    null["set"] = {"hr_relapse": "1", "early_death": 0.05, "loading": "0.2 + 0.2"}
    experiment["strategies"]["twin"] = null


def check_identical(judge, label, result, strategy):
    """All increments of a strategy and their errors are exactly zero; of empty subgroups there is none."""
    empty = result.get("subgroup_n", strategy=strategy) == 0 if result.has("subgroup_n") else []
    for name in result.names():
        if name.startswith("increment_") and not name.endswith("_unpaired"):
            values = result.get(name, strategy=strategy)
            if name.endswith("_by_subgroup"):
                judge.true(f"{label}: {name} of nobody", np.all(np.isnan(values[empty])))
                values = values[~empty]
            judge.true(f"{label}: {name} is not zero", not np.any(values))


def identical_arms(program, judge):
    for alter in (twin, null_effect):
        result = variant(program, alter)
        check_identical(judge, alter.__name__, result, "twin")
        other = result.get("survival", strategy="weak_first") != result.get("survival",
                                                                            strategy="twin")
        judge.true(f"{alter.__name__}: survival differs", not np.any(other))
    judge.true("different strategies differ",
               np.any(result.get("increment_qalys", strategy="strong_first")))


def null_debulking(program, judge):
    """Debulking that takes no time, costs nothing and changes nothing is no debulking."""
    result = program.run(NULL_DEBULKING, patients=4000,
                         flags=("--strategy", "A", "--strategy", "B1"))
    check_identical(judge, "null debulking", result, "B1")
    curves = [result.get("survival", strategy=strategy) for strategy in ("A", "B1")]
    judge.true("null debulking: survival differs", np.array_equal(*curves, equal_nan=True))


def main():
    options = arguments(__doc__)
    judge = Judge("equality")
    with Program(options.program) as program:
        base = variant(program)
        alterations(program, judge, base)
        wrong_models(program, judge, base)
        fewer(program, judge, base)
        paired(program, judge)
        identical_arms(program, judge)
        null_debulking(program, judge)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
