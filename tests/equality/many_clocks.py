#!/usr/bin/python3
"""Models with more clocks than a word has bits live the same lives in both engines.

The columnar engine settles the clocks of a firing 64 at a time, and says in further bits whose law must be
looked at again: numbers of events around 32 and 64 are where words end. The clocks are of all policies (hold,
follow and redraw; cancelled or paused when left; started, stopped, paused and resumed by others), so that
each of them is asked for at each place of a word.

    many_clocks.py PROGRAM
"""
import json
import random
import sys
import tempfile

from engines import Runner

STATES = ("here", "there", "beyond")
CLOCKS = (31, 32, 33, 62, 63, 64, 65, 127, 128, 190)
PATIENTS = "150"


def law(rng, years):
    """A waiting time of about so many years."""
    return rng.choice([
        {"exponential": {"mean": f"{years} y"}},
        {"weibull": {"shape": round(rng.uniform(0.6, 2), 2), "scale": f"{years} y"}},
        {"gompertz": {"shape": f"{round(rng.uniform(0.01, 0.2), 3)}/y", "rate": f"{round(1 / years, 3)}/y"}},
        {"lognormal": {"median": f"{years} y", "sdlog": 0.7}}])


def condition(rng):
    """Where a clock runs: decided by the state, or by more than that; None: always."""
    return rng.choice([rng.choice(STATES), list(rng.sample(STATES, 2)), f"level > {rng.randint(0, 3)}",
                       f"state == {rng.choice(STATES)} and level < {rng.randint(2, 6)}", None])


def actions(rng, names):
    """What a clock does when it fires."""
    done = [{"set": {"level": f"min(8, max(0, level + {rng.choice([-2, -1, 1, 1])}))"}}]
    for _ in range(rng.choice([0, 0, 1, 2])):
        done.append({rng.choice(["start", "stop", "pause", "resume"]): rng.choice(names)})
    if rng.random() < 0.5:
        again = {"reenter": True} if rng.random() < 0.3 else {}
        done.append({"goto": rng.choice(STATES), **again})
    return done


def event(rng, names):
    """A clock of some policy."""
    made = {"time": law(rng, round(rng.uniform(0.2, 3) * len(names) / 20, 2)), "do": actions(rng, names),
            "changes": rng.choice(["hold", "follow", "redraw"]), "when left": rng.choice(["cancel", "pause"])}
    where = condition(rng)
    if where:
        made["while"] = where
    if rng.random() < 0.6:
        made["hazard ratio"] = f"1.1^level * {round(rng.uniform(0.5, 1.5), 2)}"
    return made


def files_of(n_clocks):
    """The files of a study whose patients meet so many clocks."""
    rng = random.Random(n_clocks)
    names = [f"clock{i}" for i in range(n_clocks - 1)]
    events = {name: event(rng, names) for name in names}
    events["die"] = {"time": {"exponential": {"mean": "10 y"}}, "goto": "dead"}
    model = {"model": "many", "attributes": {"level": {"type": "number", "initial": 1}},
             "states": {**{state: {} for state in STATES}, "dead": {"death": True}}, "start": {"state": "here"},
             "events": events}
    experiment = {"experiment": "many", "model": "model.yaml", "horizon": "20 y", "patients": 1000, "seed": 3,
                  "strategies": {"only": {}}}
    return {"model.yaml": json.dumps(model), "experiment.yaml": json.dumps(experiment)}


def main(program):
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(program, folder)
        for n_clocks in CLOCKS:
            study = runner.write(files_of(n_clocks))
            reference, columnar = (runner.run(study, "-n", PATIENTS, "--event-log", "--engine", engine)
                                   for engine in ("reference", "columnar"))
            if reference.code != 0:
                wrong.append(f"{n_clocks} clocks: the reference ends with {reference.code}: {reference.left[-300:]}")
            elif columnar != reference:
                wrong.append(f"{n_clocks} clocks: the columnar engine ends otherwise: {columnar.left[-300:]}")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
