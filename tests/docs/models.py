"""The table of docs/models.md tells of every model there is, and counts its lines truly.

A row links a model and an experiment. Its lines are those of the YAML files that a run of the experiment joins
(the model, the parameters, what they include), without comments and blank lines; tables in comma-separated files are
no lines of the language and are not counted.
"""
import glob
import os
import re
import sys

TABLE = "docs/models.md"
JOINS = re.compile(r"^(?:model|parameters|include):\s*(.*)$")
LINK = re.compile(r"\]\(\.\./([^)]*\.yaml)\)")
COLUMNS = 6  # model, experiment, source, what it shows, lines, test
LINES = 4


def lines_of(path):
    """The lines of a YAML file that say something."""
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.lstrip().startswith("#")]


def joined(path, found=None):
    """A file and all YAML files it joins, each once. Lists of files stand on the line of their key."""
    found = {} if found is None else found
    path = os.path.normpath(path)
    if path in found:
        return found
    found[path] = lines_of(path)
    for line in found[path]:
        match = JOINS.match(line)
        for name in re.findall(r"[\w./-]+\.yaml", match.group(1) if match else ""):
            joined(os.path.join(os.path.dirname(path), name), found)
    return found


def rows(root):
    """The cells of every row of the table that links a model."""
    with open(os.path.join(root, TABLE), encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.startswith("| [") and "](../models/" in line:
                yield number, [cell.strip() for cell in line.strip().strip("|").split("|")]


def check_row(root, number, cells):
    """What is wrong with a row, and the model it tells of."""
    where = f"{TABLE}:{number}"
    if len(cells) != COLUMNS:
        return [f"{where}: {len(cells)} cells, not {COLUMNS}"], None
    links = LINK.findall(cells[0])[:1] + LINK.findall(cells[1])[:1]
    absent = [link for link in links if not os.path.exists(os.path.join(root, link))]
    if len(links) != 2 or absent:
        return [f"{where}: needs a link to a model and one to an experiment {absent or ''}"], None
    model, experiment = links
    files = joined(os.path.join(root, experiment))
    wrong = []
    if os.path.join(root, model) not in files:
        wrong.append(f"{where}: {experiment} is not an experiment of {model}")
    count = sum(len(lines) for lines in files.values())
    stated = re.match(r"\d+", cells[LINES])
    if stated is None or int(stated.group()) != count:
        wrong.append(f"{where}: {experiment} has {count} lines with what it joins, not {cells[LINES]!r}")
    test = re.search(r"`(tests/[\w/.]*)`", cells[-1])
    if test is None or not os.path.exists(os.path.join(root, test.group(1))):
        wrong.append(f"{where}: names no test that exists")
    return wrong, model


def main():
    root = os.path.abspath(sys.argv[1])
    wrong, told = [], set()
    for number, cells in rows(root):
        errors, model = check_row(root, number, cells)
        wrong += errors
        told.add(model)
    there = {os.path.relpath(path, root) for path in glob.glob(os.path.join(root, "models", "*.yaml"))}
    wrong += [f"{TABLE}: no row for {model}" for model in sorted(there - told)]
    for error in wrong:
        print("FAILED " + error)
    print(f"{len(there)} models, {len(wrong)} failures")
    return 1 if wrong or not there else 0


if __name__ == "__main__":
    sys.exit(main())
