"""docs/output.md lists exactly the datasets of a result file.

The example in tests/docs/reference has something of everything, so its file, with tables, log and a change, must hold
every dataset that the first column of a table names, and no dataset that the document does not name. `NAME`
and `QUANTITY` stand for the names that the text of "Life years, QALYs, costs" gives. What is only there where
something is left out comes from the second example.
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("h5py", "numpy")
import h5py  # noqa: E402

import markdown  # noqa: E402

WORD = re.compile(r"^[a-z_][A-Za-z0-9_]*$")


class Listing:
    """What docs/output.md names: datasets every complete file has, and further words in backticks."""

    def __init__(self, root):
        self.datasets, self.words = set(), set()
        self.groups, self.columns = set(), {}
        names, section = [], ""
        for _, line in markdown.prose(root, "docs/output.md"):
            codes = markdown.inline_code(line)
            self.words |= {code for code in codes if WORD.match(code)}
            self._groups(codes)
            if line.startswith("#"):
                section = line
            elif section.startswith("## Life years") and not line.startswith("|"):
                plain = re.sub(r"\([^)]*\)|axis `\w+`|`NAME`", "", line)
                names += [code for code in markdown.inline_code(plain) if WORD.match(code)]
            elif re.match(r"`\w+\(", line):
                self.datasets.add(codes[0].partition("(")[0])
            elif line.startswith("|"):
                self._row(line, names, section)

    def _groups(self, codes):
        """`GROUP/STRATEGY` names a group of tables; the rows of the table below it name columns."""
        for code in codes:
            if code.endswith("/STRATEGY"):
                self.group = code.partition("/")[0]
                self.groups.add(self.group)
                self.columns[self.group] = set()

    def _column(self, code):
        if WORD.match(code) and not code.startswith("_"):
            self.columns[self.group].add(code)

    def _row(self, line, names, section):
        first = line.split("|")[1]
        for code in markdown.inline_code(first):
            if section.startswith("## Patients"):
                self._column(code)
            elif "NAME" in code or "QUANTITY" in code:
                self.datasets |= {re.sub("NAME|QUANTITY", name, code) for name in names}
            elif WORD.match(code):
                self.datasets.add(code)
        if section == "## Coordinates":
            self.datasets |= {code for code in markdown.inline_code(line) if "_title" in code}


def run(root, program, folder, experiment, *options):
    """The result file of an example."""
    out = os.path.join(folder, experiment + ".h5")
    subprocess.run([program, "run", os.path.join(root, "tests/docs/reference", experiment + ".yaml"), "-o", out,
                    "--quiet", *options], check=True, stdout=subprocess.DEVNULL)
    return h5py.File(out, "r")


def datasets_of(file):
    """Datasets of the root group that are more than the length of an axis."""
    return {name for name, item in file.items() if isinstance(item, h5py.Dataset)
            and not item.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension")}


def produced(root, program, folder):
    """(datasets of the root group, its attributes, {group of tables: the columns of each table},
    categories of cost)."""
    with run(root, program, folder, "parts") as file:
        datasets = datasets_of(file)
    with run(root, program, folder, "experiment", "--patients-table", "--event-log", "--set",
             "unknown_origin=4") as file:
        attributes = set(file.attrs) - {"_NCProperties"}
        groups = {name for name, item in file.items() if isinstance(item, h5py.Group)}
        categories = [name.decode() for name in file["category"][()]]
        tables = {name: {frozenset(table) for table in file[name].values()}
                  for name in groups - {"provenance"}}
        return datasets | datasets_of(file), attributes, tables, categories


def complaints(root, program):
    listing = Listing(root)
    with tempfile.TemporaryDirectory(prefix="sequela-datasets-") as folder:
        datasets, attributes, tables, categories = produced(root, program, folder)
    for name in sorted(listing.datasets - datasets):
        yield f"docs/output.md lists {name}, which the file has not"
    for name in sorted(datasets - listing.datasets):
        yield f"the file has {name}, which docs/output.md does not list"
    for name in sorted(attributes - listing.words):
        yield f"docs/output.md does not say what the attribute {name} is"
    for name in sorted(listing.groups ^ set(tables)):
        yield f"the group {name} is in one of docs/output.md and the file only"
    for group, columns in sorted(listing.columns.items()):
        columns = {name.replace("CATEGORY", category) for name in columns for category in categories}
        for table in tables.get(group, ()):
            yield from (f"a table of {group} has no column {name}" for name in sorted(columns - table))
    if len(listing.datasets) < 60:
        yield f"only {len(listing.datasets)} datasets were found in docs/output.md"


def main():
    root, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    found = list(complaints(root, program))
    for complaint in found:
        print("FAILED " + complaint)
    print(f"datasets: {len(Listing(root).datasets)} listed, {len(found)} complaints")
    return 1 if found else 0


sys.exit(main())
