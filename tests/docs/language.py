"""The language reference, the loader and a complete example say the same.

The words a loader accepts (keys, and values that are words) are taken from its tables in
sim/lang/build_*.c. Each must stand in docs/language.md and be used by the example in
tests/docs/reference, which must load without an error; and each key that docs/language.md shows must be
one of them or a name of the reader's. The laws of section 3 are loaded one by one.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

import loader
import markdown

REFERENCE = os.path.join("tests", "docs", "reference")


def uses(word, text):
    """Whether a text has the word, not as a part of another."""
    return re.search(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", text) is not None


def without_comments(text):
    return re.sub(r"(?m)(^|\s)#.*$", "", text)


def reference_text(root):
    texts = []
    for path in sorted(glob.glob(os.path.join(root, REFERENCE, "*.yaml"))):
        with open(path, encoding="utf-8") as file:
            texts.append(without_comments(file.read()))
    return "\n".join(texts)


def laws_shown(root):
    """The laws of section 3, one per line of its first block."""
    for block in markdown.blocks(root, "docs/language.md"):
        if block.lines and block.lines[0].startswith("{exponential:"):
            for line in block.lines:
                yield re.split(r"\s+#", line)[0]
    return


def tiny(law):
    """A model and an experiment in one file around a law of an event or, for a normal, of an attribute."""
    is_attribute = "normal" in law and "lognormal" not in law
    age = f"{{from: {law}}}" if is_attribute else "50 y"
    time = "{exponential: {rate: 0.1/y}}" if is_attribute else law.replace("…", "0.5")
    return ("model: tiny\ncategories: {sex: [male, female]}\nattributes: {age: time, sex: sex}\n"
            "states: {here: , dead: {death: true}}\nstart: {state: here}\n"
            f"events: {{die: {{time: {time}, goto: dead}}}}\n"), (
            "experiment: tiny\nmodel: model.yaml\nhorizon: 10 y\npatients: 10\nseed: 1\n"
            f"population: {{attributes: {{age: {age}, sex: male}}}}\n"
            "strategies: {only: {title: The only one}}\ndiscount: {rate: 3 %, kind: effective, from: index}\n")


def check(program, path):
    """What `sequela check` complains of; empty if it loads."""
    done = subprocess.run([program, "check", path], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"exit code {done.returncode}\n{done.stderr}"


def check_law(program, law):
    with tempfile.TemporaryDirectory(prefix="sequela-law-") as folder:
        model, experiment = tiny(law)
        rows = "".join(f"FR,{sex},{age},0.01\n" for sex in ("male", "female") for age in (0, 50))
        for name, text in (("model.yaml", model), ("experiment.yaml", experiment),
                           ("fr.csv", "country,sex,age,rate\n" + rows)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        return check(program, os.path.join(folder, "experiment.yaml"))


def complaints(root, program):
    with open(os.path.join(root, "docs/language.md"), encoding="utf-8") as file:
        reference = file.read()
    example = reference_text(root)
    words = loader.words(root)
    if len(words) < 80:
        yield f"only {len(words)} words were found in the loader: have its tables changed?"
    for word, table in sorted(words.items()):
        if not uses(word, reference):
            yield f"'{word}' ({table}) is not in docs/language.md"
        if not uses(word, example):
            yield f"'{word}' ({table}) is not used by the example in {REFERENCE}"
    calibrations = [path for kind in ("calibration*.yaml", "validation.yaml")
                    for path in glob.glob(os.path.join(root, REFERENCE, kind))]
    for name in ["experiment.yaml", "alternatives.yaml", *sorted(map(os.path.basename, calibrations))]:
        trouble = check(program, os.path.join(root, REFERENCE, name))
        if trouble:
            yield f"{REFERENCE}/{name}: {trouble}"
    laws = list(laws_shown(root))
    if len(laws) < 8:
        yield "the laws of section 3 of docs/language.md were not found"
    for law in laws:
        trouble = check_law(program, law)
        if trouble:
            yield f"docs/language.md: {law}: {trouble}"


def main():
    root, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    found = list(complaints(root, program))
    for complaint in found:
        print("FAILED " + complaint)
    print(f"language: {len(loader.words(root))} words of the loader, {len(found)} complaints")
    return 1 if found else 0


sys.exit(main())
