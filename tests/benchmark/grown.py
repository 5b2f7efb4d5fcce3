"""salvage.yaml grown tenfold in one way or another by things that no patient touches."""
import os

from measure import experiment

STATES, ATTRIBUTES, EVENTS = 5, 6, 7  # of salvage.yaml
EVENT = "{while: spare_state_0, time: {exponential: {rate: 1/y}}, goto: dead}"  # where nobody comes


def spare(word, number, content):
    return "".join(f"  spare_{word}_{i}: {content}\n" for i in range(number))


def states(number=9 * STATES):
    return {"states": spare("state", number, ""), "utility": spare("state", number, "1")}


def attributes():
    return {"attributes": spare("attribute", 9 * ATTRIBUTES, "{type: count, initial: 0}")}


def events():
    return {**states(1), "events": spare("event", 9 * EVENTS, EVENT)}


def strategies():
    return {"strategies": "  only: {title: As it is}\n" + spare("strategy", 9, "{title: As it is}")}


def everything():
    return {**attributes(), **events(), **states()}


GROWN = {"states": states, "attributes": attributes, "events": events, "strategies": strategies,
         "states, attributes, events": everything}


def write(folder, name):
    """The experiment with ten times as many of these; its path."""
    texts = {}
    for part in ("salvage", "salvage_model"):
        with open(experiment(part), encoding="utf-8") as file:
            texts[part] = file.read()
    texts["salvage"] = texts["salvage"].replace("\nstrategies: {only: {title: Usual care}}\n", "\nstrategies:\n"
                                                + ("" if name == "strategies" else "  only: {title: As it is}\n"))
    for section, lines in GROWN[name]().items():
        part = "salvage" if section == "strategies" else "salvage_model"
        texts[part] = texts[part].replace(f"\n{section}:\n", f"\n{section}:\n{lines}")
    for part, text in texts.items():
        with open(os.path.join(folder, part + ".yaml"), "w", encoding="utf-8") as file:
            file.write(text)
    return os.path.join(folder, "salvage.yaml")
