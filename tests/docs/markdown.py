"""What the documents show: fenced blocks with their info strings, and inline code.

The conventions are those stated in CONTRIBUTING.md: ```yaml file=NAME``` is a file shown whole,
```console``` a session that is run.
"""
import glob
import os
import re


class Block:
    """A fenced block: its language, its attributes (file=NAME, patients=N, exit=N), its lines."""

    def __init__(self, document, number, info):
        self.document = document
        self.number = number
        words = info.split()
        self.language = words[0] if words else ""
        self.attributes = dict(word.partition("=")[::2] for word in words[1:])
        self.lines = []

    def where(self):
        return f"{self.document}:{self.number}"

    def text(self):
        return "".join(line + "\n" for line in self.lines)


def documents(root):
    """Paths, relative to root, of every document of the repository."""
    found = glob.glob("*.md", root_dir=root) + glob.glob("*/*.md", root_dir=root) \
        + glob.glob("tests/*/*.md", root_dir=root)
    return sorted(path for path in found if not path.startswith(("build", "results")))


def blocks(root, document):
    """The fenced blocks of a document, in order."""
    found, current = [], None
    with open(os.path.join(root, document), encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            line = line.rstrip("\n")
            if not line.startswith("```"):
                if current is not None:
                    current.lines.append(line)
            elif current is None:
                current = Block(document, number, line[3:])
            else:
                found.append(current)
                current = None
    if current is not None:
        raise ValueError(f"{current.where()}: a fenced block that never ends")
    return found


def prose(root, document):
    """The lines of a document outside fenced blocks, as (number, text)."""
    inside, kept = False, []
    with open(os.path.join(root, document), encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.startswith("```"):
                inside = not inside
            elif not inside:
                kept.append((number, line.rstrip("\n")))
    return kept


def inline_code(text):
    """What stands between single backticks in a line."""
    return re.findall(r"`([^`]+)`", text)
