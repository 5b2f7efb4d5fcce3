"""`check` tabulates every solved law; `check --plot` draws them: well-formed, complete, written whole or not at all."""
import os
import re
import sys
import xml.etree.ElementTree as tree

import small

SVG = "{http://www.w3.org/2000/svg}"

LAWS = """\
parameters:
  survival:
    law: weibull
    curve: {6 mo: 0.7, 1 y: 0.5, 2 y: 0.35, 5 y: 0.2}
    patients: 104
    source: A & B
  relapse:
    law: lognormal
    incidence against: survival
    incidence: [0.2 at 1 y, 0.3 at 2 y]
    source: C
  excess:
    law: exponential
    net of: survival
    survival: 0.3 at 1 y
    source: D
"""
TITLE = 'Curves <of two trials> & "others"'
FITS = re.sub(r"(?m)^title: .*$", f"title: '{TITLE}'", small.EXPERIMENT.replace("parameters:\n", LAWS, 1))


def texts(root):
    return ["".join(node.itertext()) for node in root.iter(SVG + "text")]


def check_tables():
    said = small.must("check", "fits.yaml")
    table = said.partition("Laws solved from what was published of their curves\n")[2].partition("\n\n")[0]
    assert "4 points, 2 unknowns: least squares of log(-log S); n = 104" in table, table
    assert "solved exactly; incidence against survival" in table and "solved exactly; net of survival" in table
    rows = [line.split() for line in table.splitlines() if line.startswith("     ") and " at " not in line]
    numbers = [row for row in rows if row[-1] != "residual" and row[0][0].isdigit() and len(row) >= 5]
    assert len(numbers) == 4 + 2 + 1, table
    for row in numbers:
        published, fitted, residual = map(float, row[2:5])
        assert abs(fitted - published - residual) < 2e-4, row
        assert ("to" in row) == (len(row) == 8)
    assert sum("to" in row for row in numbers) == 4
    head = "Before the uncertainty of these can be drawn (runs do not yet draw it) they need:\n"
    needs = said.partition(head)[2].partition("\n\n")[0]
    assert "relapse" in needs and "excess" in needs and "survival (" not in needs, needs


def check_picture():
    small.must("check", "fits.yaml", "--plot", "fits.svg")
    root = tree.parse("fits.svg").getroot()
    assert root.tag == SVG + "svg" and int(root.get("width")) > 800
    assert root.find(SVG + "title").text == f"Fitted laws of {TITLE} against what was published"
    panels = root.findall(SVG + "g")
    assert [texts(panel)[0] for panel in panels] == ["survival", "relapse", "excess"]
    for panel, points, words in zip(panels, (4, 2, 1), ("survival", "cumulative incidence", "survival, all causes")):
        assert len(panel.findall(SVG + "circle")) == points
        classes = [path.get("class") for path in panel.findall(SVG + "path")]
        assert classes.count("law") == 1 and classes.count("limits") == (points if points == 4 else 0)
        assert classes.count("alone") == (words == "survival, all causes")
        assert words in texts(panel) and any(t.startswith("time (") for t in texts(panel)), texts(panel)
    assert "n = 104" in texts(panels[0])[1] and texts(panels[0])[1].startswith("weibull, shape ")
    assert any("95 % limits" in text for text in texts(root))
    curve = [p for p in panels[0].findall(SVG + "path") if p.get("class") == "law"][0].get("d")
    heights = [float(part.split()[1]) for part in curve[1:].split("L")]
    assert heights == sorted(heights) and len(heights) > 100, "survival never rises"
    first = panels[0].findall(SVG + "circle")[0]
    box = (float(first.get("cx")), float(first.get("cy")))
    assert 62 < box[0] < 440 and 64 < box[1] < 404, box


def check_files():
    """One file, whole; nothing else is touched."""
    before = sorted(os.listdir())
    with open("fits.svg", "w", encoding="utf-8") as file:
        file.write("old")
    small.must("check", "fits.yaml", "--plot=fits.svg")
    tree.parse("fits.svg")
    assert sorted(os.listdir()) == before
    for arguments, code, words in (
            (["small.yaml", "--plot", "none.svg"], 2, "nothing to draw"),
            (["fits.yaml", "--plot", "fits.yaml"], 2, "'fits.yaml' is not called .svg"),
            (["fits.yaml", "--plot", "no/folder.svg"], 1, "no/folder.svg"),
            (["wrong.yaml", "--plot", "none.svg"], 2, "the points do not fall")):
        done = small.call("check", *arguments)
        assert done.returncode == code and words in done.stderr, (arguments, done.returncode, done.stderr)
    os.mkdir("folder.svg")
    done = small.call("check", "fits.yaml", "--plot", "folder.svg")
    assert done.returncode == 2 and "is not an ordinary file" in done.stderr
    os.rmdir("folder.svg")
    assert sorted(os.listdir()) == before


def main():
    with small.study():
        for name, text in (("fits.yaml", FITS), ("wrong.yaml", FITS.replace("1 y: 0.5,", "1 y: 0.9,"))):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        for check in (check_tables, check_picture, check_files):
            check()
            print(check.__name__, "passed")
        os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
