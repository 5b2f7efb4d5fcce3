"""configs/catalogue/studies.csv holds together: words, citations, experiments and their strategies.

A row is runnable if and only if it names an experiment, which exists and has the strategy named, and its
regimens are those of a model; every experiment in configs/studies serves a row. What is not runnable says why,
and every citation is an entry of docs/references.bib. The role of a study in validation is one for all its arms,
is what docs/validation_registry.md lists it under, and is kept by every target of its experiment.
"""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("yaml")
import catalogue  # noqa: E402
from bibliography import read  # noqa: E402
from catalogue import section  # noqa: E402

COLUMNS = "key study arm setting population n regimen experiment strategy status role reason references".split()
SETTINGS = {"relapsed", "primary refractory", "MRD-positive", "frontline", "catalogue-only"}
ROLES = {"fitting": {"input", "fitted", "display"}, "unfitted": {"input", "unfitted", "display"},
         "display": {"display"}, "": {"display"}}
STATUSES = {"runnable", "described, no outcome published", "catalogue-only", "pending"}


def regimens(root):
    """Every label that a model gives to a regimen, or to a first treatment."""
    labels = {"described"}
    for path in glob.glob(os.path.join(root, "models/**/*.yaml"), recursive=True):
        found = section(path, "categories")
        labels |= set(found.get("regimen", [])) | set(found.get("protocol", []))
    return labels


def row_faults(root, row, entries, labels):
    """What is wrong with a row, in words."""
    for regimen in row["regimen"].split(" then "):
        if row["status"] == "runnable" and regimen not in labels:
            yield f"'{regimen}' is a regimen of no model"
    if row["setting"] not in SETTINGS:
        yield f"setting '{row['setting']}' is none of {sorted(SETTINGS)}"
    if row["status"] not in STATUSES:
        yield f"status '{row['status']}' is none of {sorted(STATUSES)}"
    for key in row["references"].split():
        if key not in entries:
            yield f"'{key}' is no entry of docs/references.bib"
    if (row["status"] == "runnable") != bool(row["experiment"]):
        yield "is runnable without an experiment, or has one and is not runnable"
    if row["status"] != "runnable" and not row["reason"]:
        yield "does not say why it is not runnable"
    if row["experiment"]:
        path = os.path.join(root, "configs", row["experiment"])
        if not os.path.exists(path):
            yield f"configs/{row['experiment']} is not there"
        elif row["strategy"] not in section(path, "strategies"):
            yield f"configs/{row['experiment']} has no strategy '{row['strategy']}'"


def role_faults(root, rows):
    """Studies of two roles, targets that break their study's role, studies missing in the registry."""
    with open(os.path.join(root, "docs/validation_registry.md"), encoding="utf-8") as file:
        listed = dict(re.findall(r"^\| ([^|]+?) \| (fitting|unfitted|display) \|", file.read(), re.M))
    roles = {}
    for row in rows:
        if row["role"] and roles.setdefault(row["study"], row["role"]) != row["role"]:
            yield f"{row['study']} has two roles"
        if row["experiment"] and row["role"] != "display":
            targets = section(os.path.join(root, "configs", row["experiment"]), "targets")
            uses = {target.get("use", "unfitted") for target in targets.values() if belongs(target, row, rows)}
            for use in sorted(uses - ROLES[row["role"]]):
                yield f"{row['experiment']} has a target of use '{use}', {row['study']} is '{row['role']}'"
    for study in sorted(set(roles) | set(listed)):
        if roles.get(study) != listed.get(study):
            yield f"{study} is '{roles.get(study)}' in the catalogue and '{listed.get(study)}' in the registry"


def belongs(target, row, rows):
    """Whether a target is of the row's study: its experiment is the study's alone, or its source names the study."""
    studies = {other["study"] for other in rows if other["experiment"] == row["experiment"]}
    return len(studies) == 1 or row["study"] in target.get("source", "")


def main():
    root = os.path.abspath(sys.argv[1])
    entries = read(os.path.join(root, "docs/references.bib"))
    rows, columns = catalogue.rows(root)
    failures = [] if columns == COLUMNS else [f"columns are {columns}, not {COLUMNS}"]
    keys = [row["key"] for row in rows]
    failures += [f"{key} stands twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    labels = regimens(root)
    for row in rows:
        failures += [f"{row['key']}: {fault}" for fault in row_faults(root, row, entries, labels)]
    failures += sorted(set(role_faults(root, rows)))
    served = {row["experiment"] for row in rows}
    for path in sorted(glob.glob(os.path.join(root, "configs/studies/*.yaml"))):
        if catalogue.is_experiment(path) and f"studies/{os.path.basename(path)}" not in served:
            failures.append(f"configs/studies/{os.path.basename(path)} serves no row of the catalogue")
    print("\n".join(failures) or f"{len(rows)} rows hold")
    return 1 if failures else 0


sys.exit(main())
