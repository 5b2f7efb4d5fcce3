"""The catalogue of studies, and the experiments it names, as plain data."""
import csv
import os

import yaml


def rows(root):
    """Rows of configs/catalogue/studies.csv, and its columns."""
    with open(os.path.join(root, "configs/catalogue/studies.csv"), encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader), reader.fieldnames


def section(path, name, seen=None):
    """A section of an experiment joined with that of the files it includes."""
    seen = seen if seen is not None else set()
    if path in seen:
        return {}
    seen.add(path)
    with open(path, encoding="utf-8") as file:
        node = yaml.load(file, Loader=yaml.BaseLoader) or {}
    found = {}
    for other in node.get("include", []):
        found.update(section(os.path.normpath(os.path.join(os.path.dirname(path), other)), name, seen))
    found.update(node.get(name) or {})
    return found


def is_experiment(path):
    """Whether a file is an experiment by itself rather than a part of others."""
    with open(path, encoding="utf-8") as file:
        return "experiment" in (yaml.load(file, Loader=yaml.BaseLoader) or {})
