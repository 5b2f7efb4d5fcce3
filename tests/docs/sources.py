"""Every source of the shipped models, parameters and experiments resolves to docs/references.bib.

A `source:` cites at least one entry, and no year stands in it outside a citation. Every entry is cited by a
source, a note, a document or the catalogue of studies: nothing stands in the bibliography that nobody uses.
"""
import csv
import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("yaml")
import yaml  # noqa: E402
from bibliography import Citations, read  # noqa: E402


def said(node):
    """Texts under a key `source` anywhere in a file."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "source" and isinstance(value, str):
                yield value
            yield from said(value)
    elif isinstance(node, list):
        for value in node:
            yield from said(value)


def sources(root):
    """(file, text) of every source in models/ and configs/."""
    for pattern in ("models/**/*.yaml", "configs/**/*.yaml"):
        for path in sorted(glob.glob(os.path.join(root, pattern), recursive=True)):
            with open(path, encoding="utf-8") as file:
                for text in said(yaml.load(file, Loader=yaml.BaseLoader)):
                    yield os.path.relpath(path, root), text
    for path in sorted(glob.glob(os.path.join(root, "configs/**/*.csv"), recursive=True)):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(line for line in file if not line.startswith("#")):
                if row.get("source"):
                    yield os.path.relpath(path, root), row["source"]


def everything(root):
    """All text in which an entry may be cited."""
    texts = []
    for pattern in ("models/**/*.yaml", "configs/**/*.yaml", "configs/regimens/*.csv", "docs/*.md", "README.md",
                    "configs/README.md"):
        for path in glob.glob(os.path.join(root, pattern), recursive=True):
            with open(path, encoding="utf-8") as file:
                texts.append(" ".join(file.read().split()))
    return texts


def catalogued(root):
    """Keys that the catalogue of studies cites."""
    with open(os.path.join(root, "configs/catalogue/studies.csv"), encoding="utf-8", newline="") as file:
        return {key for row in csv.DictReader(file) for key in row["references"].split()}


def main():
    root = os.path.abspath(sys.argv[1])
    entries = read(os.path.join(root, "docs/references.bib"))
    citations = Citations(entries)
    failures, count = [], 0
    for path, text in sources(root):
        count += 1
        keys, years = citations.resolve(text)
        if not keys:
            failures.append(f"{path}: '{text}' cites nothing in docs/references.bib")
        elif years:
            failures.append(f"{path}: '{text}' has {', '.join(years)} outside a citation of docs/references.bib")
    used = catalogued(root)
    for text in everything(root):
        used |= set(citations.resolve(text)[0])
    failures += [f"docs/references.bib: nobody cites {key}" for key in sorted(set(entries) - used)]
    if count < 150:
        failures.append(f"only {count} sources found: the files are elsewhere")
    print("\n".join(dict.fromkeys(failures)) or f"{count} sources resolve to {len(entries)} entries")
    return 1 if failures else 0


sys.exit(main())
