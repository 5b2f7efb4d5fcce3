"""The schemas take every file that the program takes, and refuse keys and words that it does not know.

Read as the program reads them (YAML 1.2 core scalars; keys are texts): every YAML file of the repository, the
files shown in documents, the templates of `sequela new`. Of the broken inputs those that the program refuses
for an unknown key, action or word must be refused by the schema too, or stand in UNSEEN with the reason.
"""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()
PROGRAM = os.path.abspath(sys.argv[2])
sys.path.insert(0, str(ROOT / "tests" / "docs"))
sys.path.insert(0, str(ROOT / "tests" / "lib"))

import need  # noqa: E402

need.modules("yaml", "jsonschema")

import jsonschema  # noqa: E402
import markdown  # noqa: E402
import yaml  # noqa: E402

SCHEMAS = ROOT / "docs" / "schema"
# What only names or the whole of a study tell: the schema has the word for granted.
UNSEEN = {"split_by_state": "the keys of a split are the labels of its category"}
CORE = [(re.compile(r"(null|Null|NULL|~|)\Z"), lambda text: None),
        (re.compile(r"(true|True|TRUE)\Z"), lambda text: True),
        (re.compile(r"(false|False|FALSE)\Z"), lambda text: False),
        (re.compile(r"[-+]?[0-9]+\Z"), int),
        (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z"), float)]


def scalar(node):
    if node.style is None:
        for pattern, value in CORE:
            if pattern.match(node.value):
                return value(node.value)
    return node.value


def plain(node):
    """A YAML node as JSON."""
    if isinstance(node, yaml.ScalarNode):
        return scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return {key.value: plain(value) for key, value in node.value}


def read(text):
    return plain(yaml.compose(text, Loader=yaml.BaseLoader))


@functools.lru_cache(maxsize=None)
def schema(name):
    with open(SCHEMAS / name, encoding="utf-8") as file:
        return json.load(file)


@functools.lru_cache(maxsize=None)
def validator(kind):
    base = SCHEMAS.as_uri() + "/"
    store = {base + path.name: schema(path.name) for path in SCHEMAS.glob("*.json")}
    resolver = jsonschema.RefResolver(base + kind, schema(kind), store=store)
    jsonschema.Draft7Validator.check_schema(schema(kind))
    return jsonschema.Draft7Validator(schema(kind), resolver=resolver)


def kind_of(file):
    if "experiment" in file:
        return "sequela-experiment.json"
    if "model" in file:
        return "sequela-model.json"
    only = set(file) <= {"title", "description", "include", "parameters", "override"}
    return "sequela-parameters.json" if only else "sequela.json"


def deepest(error):
    """The error of the alternative that came furthest."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error


def complaint(file):
    """What the schema of its kind has against a file, or None."""
    if not isinstance(file, dict):
        return "not a map"
    error = jsonschema.exceptions.best_match(validator(kind_of(file)).iter_errors(file))
    if error is None:
        return None
    error = deepest(error)
    return f"at {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def shipped():
    """(name, text) of every study of the repository; what a user has put beside them is not its business."""
    listed = subprocess.run(["git", "ls-files", "*.yaml", "*.yml"], cwd=ROOT,
                            capture_output=True, text=True, check=False).stdout.split()
    paths = listed or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.yaml")]
    for path in sorted(set(paths)):
        parts = pathlib.PurePath(path).parts
        if "broken" in parts or parts[0].startswith((".", "build")) or not (ROOT / path).exists():
            continue
        yield path, (ROOT / path).read_text(encoding="utf-8").replace("@NAME@", "name")


def shown():
    """(place, text) of the files that documents show."""
    for document in markdown.documents(ROOT):
        for block in markdown.blocks(ROOT, document):
            if block.language == "yaml" and "file" in block.attributes:
                yield block.where(), block.text()


def check_sound():
    n = 0
    for name, text in [*shipped(), *shown()]:
        n += 1
        found = complaint(read(text))
        if found:
            yield f"{name}: the schema refuses what the program takes: {found}"
    if n < 20:
        yield f"only {n} files were found"
    print(f"schema: {n} files of studies")


WORDS = re.compile(r"unknown (key|action|class|law|use|cure|tail|sample|latent|interpolation|(way|kind) [a-z ]+) '")


def check_broken():
    cases = sorted((ROOT / "tests" / "broken" / "cases").glob("*.yaml"))
    n_words, n_refused, unseen = 0, 0, set(UNSEEN)
    for path in cases:
        try:
            found = complaint(read(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        n_refused += found is not None
        said = subprocess.run([PROGRAM, "check", str(path)], capture_output=True, text=True, check=False).stderr
        own = [line for line in said.splitlines() if f"{path.name}:" in line and WORDS.search(line)]
        if not own:
            continue
        n_words += 1
        if found is None and path.stem not in UNSEEN:
            yield f"{path.name}: the program refuses a word, the schema does not: {own[0]}"
        if found is None:
            unseen.discard(path.stem)
    for name in sorted(unseen):
        yield f"UNSEEN names {name}, which the schema sees or which is no case of an unknown word"
    print(f"schema: {n_words} broken inputs with an unknown word, {len(UNSEEN)} of them beyond a schema; "
          f"{n_refused} of {len(cases)} broken inputs refused in all")


def main():
    found = [*check_sound(), *check_broken()]
    for one in found:
        print("FAILED " + one)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
