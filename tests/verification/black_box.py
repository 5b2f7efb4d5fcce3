#!/usr/bin/python3
"""Checks a reviewer runs on any patient-level model, without looking inside it.

After TECH-VER (Bueyuekkaramikli et al., PharmacoEconomics 2019;37:1391): extreme inputs with
obvious outputs, on the small pathway of tests/lib, and those of them that need no change of a model's
structure on the project's main experiment, with fewer patients. Nothing here is statistical: every
statement holds for each patient, so it holds for any number of them.
"""
import math
import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402

import pathway  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from results import EVENT_LOG, PATIENT_TABLE  # noqa: E402
from study import arguments  # noqa: E402

PATIENTS_SMALL = 3000
PATIENTS_MAIN = 2000
RATES = (0.0, 0.01, 0.03, 0.05, 0.1)
HORIZONS = (1, 2, 5, 10, 20)


def discount(rate):
    return {"rate": rate, "kind": "continuous", "from": "index"}


# ---- statements about any result -------------------------------------------------------------


def check_invariants(judge, label, result):
    """State shares sum to one, death is for ever, curves never turn, causes and survival add up."""
    occupancy = result.get("state_occupancy")
    total = occupancy.sum(axis=result.axes("state_occupancy").index("state") - 2)
    judge.true(f"{label}: shares of the states sum to one", np.allclose(total, 1.0, atol=1e-12))
    for state in result.axis("state"):
        if state.startswith("dead"):
            share = result.get("state_occupancy", state=state)
            judge.true(f"{label}: nobody leaves {state}", np.all(np.diff(share, axis=-1) >= 0.0))
    with np.errstate(invalid="ignore"):
        survival = np.diff(result.get("survival"), axis=-1)
        incidence = np.diff(result.get("cumulative_incidence"), axis=-1)
        judge.true(f"{label}: survival never rises", not np.any(survival > 1e-12))
        judge.true(f"{label}: incidence never falls", not np.any(incidence < -1e-12))
    check_causes(judge, label, result)


def check_causes(judge, label, result):
    """For every endpoint, survival and the incidence of its causes sum to one."""
    endpoint_of_cause = result.file["cause_endpoint"][()]
    causes = result.axis("cause")
    for number, endpoint in enumerate(result.axis("endpoint")):
        total = result.get("survival", endpoint=endpoint).copy()
        for cause, owner in zip(causes, endpoint_of_cause):
            if owner == number:
                total += result.get("cumulative_incidence", cause=cause)
        total = total[~np.isnan(total)]
        judge.true(f"{label}: causes of {endpoint} and survival sum to one",
                   np.allclose(total, 1.0, atol=1e-9))


def check_undiscounted(judge, label, result):
    """Without discounting the two columns of every quantity are the same."""
    for name in ("life_years", "qalys", "total_cost"):
        pair = result.get(name), result.get(name + "_undiscounted")
        judge.true(f"{label}: {name} without discounting", np.allclose(*pair, rtol=1e-12))


def check_falling(judge, label, results, names=("life_years", "qalys", "total_cost")):
    """A higher rate of discounting never raises a total."""
    for name in names:
        values = np.array([result.get(name) for result in results])
        judge.true(f"{label}: {name} falls with the rate", np.all(np.diff(values, axis=0) <= 0.0))


def check_swapped(judge, label, first, second, strategies):
    """With the other arm as reference both increments change sign; so the ICER stays."""
    one, other = strategies
    for name in ("life_years", "qalys", "total_cost"):
        gain = float(first.get("increment_" + name, strategy=other))
        loss = float(second.get("increment_" + name, strategy=one))
        judge.true(f"{label}: swapping arms turns {name}", gain == -loss)


# ---- the small pathway -----------------------------------------------------------------------


class Small:
    """Runs variants of the pathway: alter the dictionaries, then run."""

    def __init__(self, program):
        self.program = program

    def run(self, change=None, flags=(), **parts):
        model, experiment = pathway.pathway()
        experiment.update(parts)
        if change is not None:
            change(model, experiment)
        return pathway.run(self.program, model, experiment, patients=PATIENTS_SMALL, flags=flags)

    def with_parameters(self, **values):
        """A run in which parameters without categories have other values."""
        def change(_model, experiment):
            for name, value in values.items():
                experiment["parameters"][name]["value"] = value
        return self.run(change)


def certain_death(program, judge):
    """One event, a certain death at 1 y, no rewards: exactly one life year."""
    model = {"model": "certain", "states": {"well": None, "dead": {"death": True}},
             "start": {"state": "well"},
             "events": {"end": {"time": {"fixed": "1 y"}, "goto": "dead"}}}
    experiment = {"experiment": "certain", "horizon": "5 y", "patients": 100, "seed": 1,
                  "strategies": {"only": {"title": "The only strategy"}},
                  "discount": discount(0.03),
                  "outputs": {"grid": {"to": "5 y", "every": "1 y"}}}
    result = pathway.run(program, model, experiment)
    for name in ("life_years_undiscounted", "qalys_undiscounted"):
        judge.true(f"{name} is exactly 1", float(result.get(name, strategy="only")) == 1.0)
    judge.exact("discounted life year", float(result.get("life_years", strategy="only")),
                -math.expm1(-0.03) / 0.03, 1e-12)


def no_blow(model, _experiment):
    """Relapse without its temporary loss of utility."""
    del model["events"]["relapse"]["do"][0]


def utilities(small, judge):
    def worth(value):
        def change(model, experiment):
            no_blow(model, experiment)
            for name in ("u_ill", "u_remission"):
                experiment["parameters"][name]["value"] = value
        return change

    nothing, full = small.run(worth(0)), small.run(worth(1))
    judge.true("utility 0 gives no QALYs", not np.any(nothing.get("qalys")))
    for suffix in ("", "_undiscounted"):
        same = np.allclose(full.get("qalys" + suffix), full.get("life_years" + suffix), rtol=1e-13)
        judge.true("utility 1 gives life years" + suffix, same)


def set_prices(weak, strong):
    """A change of what the two drugs cost."""
    def change(_model, experiment):
        experiment["parameters"]["price"].update({"weak": f"{weak} EUR", "strong": f"{strong} EUR"})
    return change


def no_care(model, _experiment):
    model["costs"]["care"] = "0 EUR/mo"


def prices(small, judge):
    """Costs of 0; one category alone; a price doubled."""
    def free(model, experiment):
        no_care(model, experiment)
        set_prices(0, 0)(model, experiment)

    judge.true("prices of 0 cost nothing", not np.any(small.run(free).get("total_cost")))
    alone = small.run(no_care)
    drugs = alone.get("cost", category="drugs")
    judge.true("one category alone is the total", np.array_equal(alone.get("total_cost"), drugs))
    double = small.run(set_prices(2000, 8000))
    judge.true("a doubled price doubles its category",
               np.array_equal(double.get("cost", category="drugs"), 2 * drugs))
    increments = [run.get("increment_cost", category="drugs") for run in (double, alone)]
    judge.true("a doubled price doubles its increment",
               np.array_equal(increments[0], 2 * increments[1]))


def discounting(small, judge):
    runs = [small.run(discount=discount(rate)) for rate in RATES]
    check_undiscounted(judge, "pathway", runs[0])
    check_falling(judge, "pathway", runs)
    steep = small.run(discount=discount(1e6))
    # The first drug, 1000 EUR, is paid at time zero; what flows is worth a millionth of a year.
    judge.exact("a rate of 1e6 leaves the payments of time zero",
                float(steep.get("total_cost", strategy="weak_first")), 1000.0, 1e-4)
    judge.true("a rate of 1e6 leaves no life", np.all(steep.get("life_years") < 1e-5))


def same_dynamics(small, judge):
    """Two strategies with the same rules: the same event log, line by line."""
    def twin(_model, experiment):
        experiment["strategies"]["twin"] = dict(experiment["strategies"]["weak_first"])

    result = small.run(twin, flags=("--event-log", "--patients-table"))
    for group in ("event_log", "patients"):
        first, second = (result.table(group, name) for name in ("weak_first", "twin"))
        same = all(first[name].tobytes() == second[name].tobytes() for name in first)
        judge.true(f"same dynamics, same {group}", same and len(first) > 0)


def death_at_start(small, judge):
    def change(model, _experiment):
        model["start"]["do"].append({"goto": "dead"})

    result = small.run(change)
    judge.true("dead at start: no life", not np.any(result.get("life_years_undiscounted")))
    judge.true("dead at start: no QALYs", not np.any(result.get("qalys_undiscounted")))
    judge.true("dead at start: only the payment of time zero",
               float(result.get("total_cost_undiscounted", strategy="weak_first")) == 1000.0)
    for event in ("assess", "relapse", "disease_death", "background"):
        judge.true(f"dead at start: no {event}", not np.any(result.get("event_count", event=event)))
    judge.true("dead at start: dead at every time",
               np.all(result.get("state_occupancy", state="dead") == 1.0))


def no_death(small, judge):
    def change(model, experiment):
        for event in ("disease_death", "background"):
            del model["events"][event]
        del experiment["endpoints"]["death_of"]
        experiment["parameters"]["early_death"]["value"] = 0

    result = small.run(change, discount=discount(0.03))
    judge.true("nobody dies: all alive at the horizon",
               np.all(result.get("life_years_undiscounted") == 20.0))
    for strategy in result.axis("strategy"):
        judge.exact("nobody dies: annuity", float(result.get("life_years", strategy=strategy)),
                    -math.expm1(-0.03 * 20) / 0.03, 1e-12)


def horizons(small, judge):
    runs = [small.run(horizon=f"{years} y") for years in HORIZONS]
    lives = np.array([run.get("life_years_undiscounted") for run in runs])
    judge.true("a longer horizon never shortens life", np.all(np.diff(lives, axis=0) >= 0.0))
    none = small.run(horizon="0 y")
    judge.true("horizon 0: no life", not np.any(none.get("life_years_undiscounted")))
    judge.true("horizon 0: no QALYs", not np.any(none.get("qalys_undiscounted")))
    judge.true("horizon 0: only the payment of time zero",
               float(none.get("total_cost", strategy="weak_first")) == 1000.0)


def branches(small, judge):
    """A response probability of 0 empties the branch, of 1 fills it."""
    def response(chance):
        def change(_model, experiment):
            experiment["parameters"]["early_death"]["value"] = 0
            for drug in ("none", "weak", "strong"):
                experiment["parameters"]["response"][drug] = chance
        return change

    nobody, everybody = small.run(response(0)), small.run(response(1))
    judge.true("response 0: no remission", not np.any(nobody.get("event_count", event="remission")))
    judge.true("response 0: no relapse", not np.any(nobody.get("event_count", event="relapse")))
    judge.true("response 1: every assessment is a remission",
               np.array_equal(everybody.get("event_count", event="remission"),
                              everybody.get("event_count", event="assess")))


def swapped_arms(small, judge):
    first = small.run(reference="weak_first")
    second = small.run(reference="strong_first")
    check_swapped(judge, "pathway", first, second, ("weak_first", "strong_first"))


SMALL_CHECKS = (utilities, prices, discounting, same_dynamics, death_at_start, no_death, horizons,
                branches, swapped_arms)


# ---- the main experiment ---------------------------------------------------------------------


class Main:
    """Runs rewritten copies of configs/blina_timing.yaml."""

    def __init__(self, program):
        self.program = program
        self.copies = 0
        for folder in ("configs", "models"):
            shutil.copytree(os.path.join(ROOT, folder), os.path.join(program.folder, folder))
        self.folder = os.path.join(program.folder, "configs")
        with open(os.path.join(self.folder, "blina_timing.yaml"), encoding="utf-8") as file:
            self.text = file.read()

    def run(self, settings=None, **lines):
        """A run in which top-level keys written on one line are replaced."""
        text = self.text
        for key, value in lines.items():
            text, found = re.subn(rf"(?m)^{key}:.*$", f"{key}: {value}", text)
            if found != 1:
                raise ValueError(f"configs/blina_timing.yaml has no line '{key}:'")
        self.copies += 1
        path = os.path.join(self.folder, f"copy{self.copies}.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return self.program.run(path, patients=PATIENTS_MAIN, settings=settings)


def continuous(rate):
    return f"{{rate: {rate}, kind: continuous, from: index}}"


def money_times(result, factor):
    """Settings that multiply every parameter that is money."""
    names, units = result.axis("parameter"), result.axis("parameter_unit")
    values = result.get("parameter_value")
    settings = {}
    for name, unit, value in zip(names, units, values):
        if unit.startswith("EUR"):
            settings[name] = f"{float(value) * factor!r} {unit.replace('/day', '/d')}"
    return settings


def main_experiment(program, judge):
    copies = Main(program)
    base = copies.run()
    check_invariants(judge, "main", base)
    runs = [copies.run(discount=continuous(rate)) for rate in RATES[::2]]
    check_undiscounted(judge, "main", runs[0])
    check_falling(judge, "main", runs)
    steep = copies.run(discount=continuous(1e6))
    judge.true("main: a rate of 1e6 leaves no life", np.all(steep.get("life_years") < 1e-5))
    shorter = copies.run(horizon="10 y").get("life_years_undiscounted")
    judge.true("main: a longer horizon never shortens life",
               np.all(shorter <= base.get("life_years_undiscounted")))
    check_swapped(judge, "main", base, copies.run(reference="B1"), ("A", "B1"))
    check_prices(judge, copies, base)
    no_donor = copies.run({"share_donor": 0})
    judge.true("main: there are transplants", np.any(base.get("event_count", event="transplant")))
    judge.true("main: no donor, no transplant",
               not np.any(no_donor.get("event_count", event="transplant")))


def check_prices(judge, copies, base):
    """All prices doubled double every cost; prices of 0 cost nothing; nothing else moves."""
    double = copies.run(money_times(base, 2.0))
    for name in ("total_cost", "increment_total_cost", "cost"):
        judge.true(f"main: doubled prices double {name}",
                   np.allclose(double.get(name), 2 * base.get(name), rtol=1e-12))
    judge.true("main: doubled prices leave life as it is",
               np.array_equal(double.get("life_years"), base.get("life_years")))
    free = copies.run(money_times(base, 0.0))
    judge.true("main: prices of 0 cost nothing", not np.any(free.get("total_cost")))


def main():
    options = arguments(__doc__)
    judge = Judge("black_box")
    with Program(options.program) as program:
        certain_death(program, judge)
        small = Small(program)
        check_invariants(judge, "pathway", small.run())
        for check in SMALL_CHECKS:
            check(small, judge)
        main_experiment(program, judge)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
