"""Random valid models over the whole language, for comparing two executions of one model.

`random_model(number)` gives the files of one small study: always the same for a number. The models mean
nothing; what matters is that all parts of the language meet each other: laws and what they wear,
policies of clocks, actions, history, vectors, values that are unset, luck that is keyed, loaded and
correlated, patients from files, calendars, endpoints, subgroups, several strategies.

    random_words.py    expressions          random_parts.py    names, numbers, attributes
    random_laws.py     laws                 random_pathway.py  events, decisions, modules, rewards
    random_actions.py  actions              random_study.py    population, strategies, endpoints, outputs
    random_wrong.py    lives that go wrong
"""
import json

from random_actions import Body
from random_parts import Parts, names
from random_pathway import bodies_asked, callees, decisions, events, functions, modules, rewards
from random_study import experiment
from random_wrong import go_wrong


def random_model(number, wrong=None):
    """{file name: text} of the study of this number; the experiment is `experiment.yaml`. `wrong`: a kind
    of go_wrong, by which some of its lives do."""
    parts = Parts(number)
    names(parts)
    decisions(parts)
    functions(parts)
    world = parts.world
    parts.model["categories"] = dict(world.categories)
    parts.model["states"] = {**{state: None for state in world.states},
                             **{state: {"death": True} for state in world.deaths}}
    rewards(parts)
    modules(parts)
    parts.model["start"] = {"state": world.states[0]}
    if world.chance(0.6):
        parts.model["start"]["do"] = Body(parts, callees(parts, None)).actions(3)
    bodies_asked(parts)
    events(parts)
    experiment(parts)
    if wrong:
        go_wrong(wrong, parts.model, parts.experiment)
    return {"model.yaml": json.dumps(parts.model, indent=1), "experiment.yaml": json.dumps(parts.experiment, indent=1),
            **parts.files}
