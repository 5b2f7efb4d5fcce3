"""Small experiments for tests, with as little in them as the language allows."""
import argparse


def experiment(model, horizon, name="test", **more):
    """An experiment of one strategy, undisturbed by choice; `more` adds or replaces its parts."""
    content = {
        "experiment": name,
        "model": model,
        "horizon": horizon,
        "patients": 1000,
        "seed": 1,
        "strategies": {"only": {"title": "The only strategy"}},
        "discount": {"rate": "3 %", "kind": "effective", "from": "index"},
        "outputs": {"grid": {"to": "10 y", "every": "1 y"}},
    }
    content.update(more)
    return content


SELF_CHECK = "try wrong answers and require that each is rejected"


def arguments(description, **flags):
    """The command line of a test script: PROGRAM and these flags {name: meaning}."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("program", help="the sequela executable")
    for flag, meaning in flags.items():
        parser.add_argument("--" + flag.replace("_", "-"), action="store_true", help=meaning)
    return parser.parse_args()
