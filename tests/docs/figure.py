"""The picture of README.md can be drawn again: analysis/survival_figure.py gives the same bytes for the same
result, a picture of modest size with a curve's label for every strategy; and the one that is shown is one of its.
"""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("h5py", "numpy", "matplotlib")
from program import Program  # noqa: E402

LARGEST = 150_000


def draw(root, result, picture):
    subprocess.run([sys.executable, os.path.join(root, "analysis/survival_figure.py"), result, picture,
                    "--since", "relapse"], check=True)
    with open(picture, "rb") as file:
        return file.read()


def labels(picture):
    """The strategies labelled in a picture."""
    texts = [element.text or "" for element in tree.fromstring(picture).iter() if element.tag.endswith("text")]
    found = {match.group(1) for match in (re.match(r"(\w+): ", text) for text in texts) if match}
    return found - {"Simulated"}


def main():
    root, path = os.path.abspath(sys.argv[1]), sys.argv[2]
    with Program(path) as program:
        result = program.run_file(os.path.join(root, "configs/blina_timing.yaml"), patients=1000)
        pictures = [draw(root, result, os.path.join(program.folder, f"{i}.svg")) for i in range(2)]
    with open(os.path.join(root, "docs/survival.svg"), "rb") as file:
        shown = file.read()
    checks = {
        "the picture is the same when drawn again": pictures[0] == pictures[1],
        "every strategy has its label": labels(pictures[0]) == {"A", "B1", "B2", "B3", "chemo"},
        "docs/survival.svg has the same strategies": labels(shown) == labels(pictures[0]),
        "docs/survival.svg shows a million patients": b"1 000 000 virtual patients" in shown,
        "docs/survival.svg is small": len(shown) < LARGEST,
    }
    for what, holds in checks.items():
        if not holds:
            print("FAILED " + what)
    return 0 if all(checks.values()) else 1


sys.exit(main())
