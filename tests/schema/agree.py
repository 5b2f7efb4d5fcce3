"""The schemas and the program accept the same keys, laws and words.

The program is asked: a key that it cannot know is put into each map of the language (PROBES), and its
complaint lists the keys that it does know. A definition of the schema whose keys are closed must have a
probe and the same keys; each kind of map that the program's sources name must be met by a probe. So a key that is
new in the language must also be a row of docs/schema/make.py, where it gets the words that editors show.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1]).resolve()
PROGRAM = os.path.abspath(sys.argv[2])
sys.path.insert(0, str(ROOT / "tests" / "docs"))

import loader  # noqa: E402

STRANGE = "zzzzzzzzzz"
# The study that is probed, by section: a probe takes the place of the sections that it says.
STUDY = {
    "model": "model.yaml",
    "currency": "EUR",
    "categories": "{kind: [a, b]}",
    "attributes": "{sort: {type: kind, initial: a}, n: {type: count, initial: 0}, fit: {type: flag, initial: true}}",
    "states": "{here: , dead: {death: true}}",
    "start": "{state: here}",
    "events": "{die: {time: {exponential: {rate: 0.1/y}}, goto: dead}}",
    "horizon": "10 y",
    "strategies": "{only: }",
    "endpoints": "{os: {events: death}}",
}
FILES = {
    "model.yaml": "model: probe\n",
    "rates.csv": "time,rate,survival,value,age\n0,0.1,1,1,0\n1,0.2,0.5,1,1\n",
}
# Where a strange key (@) is put, by definition of sequela.json; "" is the file itself.
PROBES = {
    "": "@",
    "attribute": "attributes: {n: {type: count, initial: 0, @}}",
    "state": "states: {here: {@}, dead: {death: true}}",
    "start": "start: {state: here, @}",
    "event": "events: {e: {time: {fixed: 1 d}, @}}",
    "decision": "decisions: {d: {of: kind, @}}",
    "branch of a split": "start: {state: here, do: [{split: s, into: [{chance: 1, @}]}]}",
    "branch of choose first": "start: {state: here, do: [{choose first: [{if: fit, @}]}]}",
    "number": "parameters: {p: {value: 1, @}}",
    "waning": "parameters: {p: {waning: {from: 0.5, length: 1 y, @}}}",
    "waning_parameter": "parameters: {p: {waning: {from: 0.5, length: 1 y}, @}}",
    "hazard ratio over time": "events: {e: {time: {exponential: {rate: 1/y}}, hazard ratio over time: {waning: {from: 1, length: 1 y}, @}}}",
    "truncate": "events: {e: {time: {uniform: {min: 1 d, max: 9 d, truncate: {from: 2 d, @}}}}}",
    "function_table": "parameters: {p: {piecewise: {0 y: 1}, @}}",
    "values_from_file": "parameters: {p: {piecewise: {csv: {file: rates.csv, @}}}}",
    "rates_from_file": "parameters: {p: {law: piecewise, csv: {file: rates.csv, @}}}",
    "survival_from_file": "parameters: {p: {law: tabulated, csv: {file: rates.csv, @}, tail: never}}",
    "numbers_from_file": "parameters: {p: {by: kind, csv: {file: rates.csv, @}}}",
    "parameters_from_file": "parameters: {csv: {file: rates.csv, @}}",
    "overridden": "parameters: {p: {by: kind, a: 1, b: 2}}|override: {\"p[a]\": {value: 3, @}}",
    "strategy": "strategies: {only: {@}}",
    "rule": "decisions: {q: {of: kind}}|strategies: {only: {decisions: {q: [{choose: a, @}]}}}",
    "discount": "discount: {rate: 3 %, @}",
    "discount of one": "discount: {costs: {rate: 3 %, @}}",
    "origin of discounting": "attributes: {entry_year: {type: number, initial: 2020}}\ndiscount: {rate: 3 %, from: {@}}",
    "later rate": "discount: {rate: 3 %, then: {from: 1 y, rate: 1 %, @}}",
    "outputs": "outputs: {@}",
    "range of values": "parameters: {p: 1}|sweep: {p: {from: 1, to: 2, steps: 2, @}}",
    "scenario": "sweep: [{name: a, @}]",
    "anchors": "parameters: {p: 1}|sweep: {p: [1, 2]}|anchors: {@}",
    "grid": "outputs: {grid: {@}}",
    "endpoint": "endpoints: {os: {events: death, @}}",
    "emulation": "endpoints: {os: {events: death}}|emulate: {c: {cohort: os, size: 2, estimates: {m: {median: os}}, @}}",
    "estimate": "endpoints: {os: {events: death}}|emulate: {c: {cohort: os, size: 2, estimates: {m: {median: os, @}}}}",
    "target": "targets: {t: {what: {median: os}, published: 1 y, @}}",
    "what": "targets: {t: {what: {median: os, @}, published: 1 y}}",
    "population": "population: {@}",
    "patients": "population: {csv: {file: rates.csv, columns: {n: value}, @}}",
    "column": "population: {csv: {file: rates.csv, columns: {n: {column: value, @}}}}",
    "module": "modules: {m: {states: {there: }, @}}|instances: {i: {of: m}}",
    "instance": "modules: {m: {states: {there: }}}|instances: {i: {of: m, @}}",
    "calibrate": "calibrate: {@}",
    "calibrated parameter": "calibrate: {parameters: {p: {@}}}",
    "posterior": "calibrate: {posterior: {@}}",
    "validate": "validate: {@}",
    "bars": "validate: {bars: {@}}",
    "draw": "population: {attributes: {n: {from: {fixed: 1}, @}}}",
}
ACTIONS = {
    "set": "set: {n: 1}", "draw": "draw: n, from: {fixed: 1}", "split": "split: s, into: [{otherwise: }]",
    "if": "if: fit, then: []", "choose first": "choose first: [{otherwise: []}]", "decide": "decide: d",
    "start": "start: die", "stop": "stop: die", "pause": "pause: die", "resume": "resume: die", "goto": "goto: here",
    "pay": "pay: {qalys: 1 d}", "lose utility": "lose utility: u, amount: 0.1, for: 1 d", "mark": "mark: m", "run": "run: p",
}
LAWS = {
    "exponential": "rate: 0.1/y", "weibull": "shape: 1, scale: 1 y", "lognormal": "median: 1 y, sdlog: 1",
    "gompertz": "shape: 0.1/y, rate: 0.1/y", "loglogistic": "shape: 1, scale: 1 y", "gamma": "shape: 1, rate: 0.1/y",
    "generalised gamma": "location: 1 y, sigma: 1, q: 0.5", "triangular": "min: 1 d, mode: 2 d, max: 3 d",
    "spline": "scale: hazard, in: y, knots: [1, 2], coefficients: [-1, 1]",
    "fixed": "delay: 1 d", "uniform": "min: 1 d, max: 2 d", "normal": "mean: 1 d, sd: 1 d",
    "piecewise": "rates: {0 y: 0.1/y}", "tabulated": "survival: {0 y: 1}, tail: never", "life table": "csv: rates.csv",
}
# Maps whose keys are the labels of a category.
BY_LABEL = {"a split", "the prior of a split"}
PROBES.update({f"action {name}": f"start: {{state: here, do: [{{{text}, @}}]}}" for name, text in ACTIONS.items()})
PROBES.update({f"law {name}": f"events: {{e: {{time: {{{name}: {{{text}, @}}}}}}}}" for name, text in LAWS.items()})
PROBES.update({f"parameter {name}": f"parameters: {{p: {{law: {name}, {text}, @}}}}" for name, text in LAWS.items()})
KNOWN = re.compile(rf"unknown key '{STRANGE}' in (.*); its keys: (.*)")


def sections(probe):
    """{section: text} of a probe; what stands before a bar is a further section."""
    found = dict(STUDY)
    for part in probe.split("|"):
        name, _, text = part.partition(":")
        found[name.strip()] = text
    return found


def ask(folder, probe):
    """What the program complains of when the probe is in the study."""
    said = sections(probe.replace("@", f"{STRANGE}: 1"))
    text = "experiment: probe\n" + "".join(f"{name}: {value.strip()}\n" for name, value in said.items())
    with open(os.path.join(folder, "experiment.yaml"), "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([PROGRAM, "check", "experiment.yaml"], cwd=folder, capture_output=True, text=True,
                          check=False)
    return done.stderr


def closed(schema):
    """The keys of a map with closed keys, in a definition itself or in one of its alternatives; or None."""
    if schema.get("additionalProperties") is False and "properties" in schema:
        return set(schema["properties"])
    for inner in schema.get("anyOf", []):
        keys = closed(inner)
        if keys is not None:
            return keys
    return None


def kinds_of_maps():
    """The words in which the program's sources name a map with closed keys."""
    call = re.compile(r'sq_node_known_keys\((?:[^,()]|\([^()]*\))*,\s*"([^"]+)"')
    for path in sorted((ROOT / "sim" / "lang").glob("build_*.c")):
        for what in call.findall(path.read_text(encoding="utf-8")):
            yield what, path.name


def values(schema):
    """Every key and word of a schema."""
    if isinstance(schema, list):
        for inner in schema:
            yield from values(inner)
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (word for word in schema.get("enum", []) + schema.get("examples", []))
        for inner in schema.values():
            yield from values(inner)


def compare(name, keys, said):
    """What differs between a definition and the program's complaints about its probe."""
    found = {tuple(listed.split(", ")) for _, listed in KNOWN.findall(said)}
    if not found:
        yield f"{name or 'the file'}: the probe meets no list of keys; the program says: {said[:300]}"
    for listed in found:
        for key in sorted(set(listed) - keys):
            yield f"{name or 'the file'}: the program knows the key '{key}'; give it a row in docs/schema/make.py"
        for key in sorted(keys - set(listed)):
            yield f"{name or 'the file'}: the schema has the key '{key}', which the program does not know"


def complaints(folder):
    with open(ROOT / "docs" / "schema" / "sequela.json", encoding="utf-8") as file:
        schema = json.load(file)
    maps = {"": set(schema["properties"])}
    for name, definition in schema["definitions"].items():
        keys = closed(definition)
        if keys is not None and not (name == "law"):
            maps[name] = keys
    met = set()
    for name in sorted(set(maps) | set(PROBES)):
        if name not in PROBES or name not in maps:
            lacks = "a probe in tests/schema/agree.py" if name in maps else "a definition in docs/schema/make.py"
            yield f"'{name}' needs {lacks}"
            continue
        said = ask(folder, PROBES[name])
        met |= {what for what, _ in KNOWN.findall(said)}
        yield from compare(name, maps[name], said)
    for what, path in kinds_of_maps():
        if what not in met | BY_LABEL:
            yield f"'{what}' ({path}): no probe in tests/schema/agree.py meets this map"
    laws = re.search(r"the laws are (.*)", ask(folder, f"events: {{e: {{time: {{{STRANGE}: 1}}}}}}")).group(1)
    known = schema["definitions"]["law"]["properties"]
    if set(laws.split(", ")) != set(known):
        yield f"the program's laws are {laws}; the schema has {', '.join(known)}"
    listed = set(values(schema)) | {"true", "false"}
    for word, table in sorted(loader.words(ROOT).items()):
        if word not in listed:
            yield f"the word '{word}' ({table}) is in no schema"
    print(f"schema: {len(maps)} maps, {sum(map(len, maps.values()))} keys, {len(known)} laws")


def stale(folder):
    """The schemas as they are kept are what make.py writes."""
    subprocess.run([sys.executable, ROOT / "docs" / "schema" / "make.py", folder], check=True)
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        kept = ROOT / "docs" / "schema" / path.name
        if not kept.exists() or kept.read_text(encoding="utf-8") != path.read_text(encoding="utf-8"):
            yield f"docs/schema/{path.name} is not what docs/schema/make.py writes: run it"


def main():
    with tempfile.TemporaryDirectory(prefix="sequela-schema-") as folder:
        for name, text in FILES.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        found = [*stale(folder), *complaints(folder)]
    for one in found:
        print("FAILED " + one)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
