"""`outputs:`: subgroups in every format, what is left out, the size that is predicted and the one that is not
written without being asked for."""
import csv
import io
import json
import os
import re
import sys

import small

BY = "  by: [treatment, [treatment, fit]]\n"


def write(name, outputs, **changes):
    """small.yaml with more under `outputs:` and other values of its keys."""
    text = small.EXPERIMENT.replace("outputs:\n", "outputs:\n" + outputs)
    text = text.replace("    age: 50 y\n", "    age: 50 y\n    fit: {chance: 0.4}\n    treatment: nothing\n")
    for key, value in changes.items():
        text = re.sub(rf"(?m)^{key}: .*$", f"{key}: {value}", text)
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def rows_of(path, table):
    text = small.must("summary", path, "--format=csv")
    return {(row["row"], row["column"]): row for row in csv.DictReader(io.StringIO(text, newline=""))
            if row["table"] == table}


def check_subgroups():
    """The same numbers at the terminal and in every format."""
    write("by.yaml", BY)
    done = small.call("run", "by.yaml", "-o", "by.h5", "--quiet")
    assert done.returncode == 0, done.stderr
    for words in ("Overall survival at 3 years by subgroup, %", "QALYs by subgroup, mean per patient",
                  "treatment=nothing, fit=yes (", "treatment=drug (0)"):
        assert words in done.stdout, (words, done.stdout)
    assert max(map(len, done.stdout.splitlines())) <= 100
    rows = rows_of("by.h5", "subgroups")
    data = json.loads(small.must("summary", "by.h5", "--format", "json"))["tables"]["subgroups"]
    assert data["treatment=nothing under act"]["patients"]["value"] == 5000
    assert data["treatment=drug under act"]["qalys"]["value"] is None
    for key in ("survival_3_years", "qalys", "total_cost", "increment_qalys"):
        found = float(rows["treatment=nothing, fit=no under act", key]["value"])
        assert found == data["treatment=nothing, fit=no under act"][key]["value"], key
    whole = rows_of("by.h5", "means")["act", "qalys"]["value"]
    assert abs(float(rows["treatment=nothing under act", "qalys"]["value"]) - float(whole)) < 1e-12
    sizes = [float(rows[f"treatment=nothing, fit={fit} under act", "patients"]["value"]) for fit in ("no", "yes")]
    assert sum(sizes) == 5000 and min(sizes) > 1500
    assert "| treatment=nothing, fit=no under wait |" in small.must("summary", "by.h5", "--format", "md")
    assert rows["treatment=nothing under wait", "increment_qalys"]["text"] == "reference"


def check_export():
    small.must("export", "by.h5", "--csv", "tables")
    with open("tables/strategy_subgroup_endpoint_time.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["subgroup"] for row in rows} >= {"treatment=nothing", "treatment=nothing, fit=yes"}
    assert {"survival_by_subgroup", "survival_se_by_subgroup", "at_risk_by_subgroup"} <= set(rows[0])
    with open("tables/subgroup.csv", encoding="utf-8", newline="") as file:
        labels = {row["subgroup"]: row for row in csv.DictReader(file)}
    crossed = labels["treatment=drug, fit=no"]
    assert crossed["subgroup_attribute"] == "treatment, fit" and crossed["subgroup_label"] == "drug, no"
    with open("tables/strategy_from_state_to_state.csv", encoding="utf-8", newline="") as file:
        assert float(next(csv.DictReader(file))["transition_count"]) == 0


def check_threads_and_luck():
    """Subgroups change no other number, and threads change none at all."""
    digests = set()
    for threads in ("1", "2", "3"):
        small.must("run", "by.yaml", "-o", "t.h5", "--quiet", "-j", threads, "-n", "9000")
        digests.add(small.must("digest", "t.h5").split()[0])
    assert len(digests) == 1
    write("plain.yaml", "")
    small.must("run", "plain.yaml", "-o", "plain.h5", "--quiet")
    assert rows_of("plain.h5", "means") == rows_of("by.h5", "means")
    assert rows_of("plain.h5", "survival") == rows_of("by.h5", "survival")


def check_left_out():
    """A summary tells what there is, and what there is not."""
    words = ["survival", "incidence", "occupancy", "events", "transitions", "first_times", "life_years", "qalys",
             "costs", "quantiles", "histograms", "increments", "parameters", "targets"]
    for word in words:
        write("less.yaml", f"  without: [{word}]\n")
        shown = small.must("run", "less.yaml", "-o", "less.h5", "--quiet")
        assert f"Left out of this result, as the experiment asks: {word.replace('_', ' ')}." in " ".join(shown.split()), word
        for form in ("csv", "json", "md"):
            small.must("summary", "less.h5", "--format", form)
    write("only.yaml", "  only: [qalys]\n  curves: never\n")
    shown = small.must("run", "only.yaml", "-o", "only.h5", "--quiet")
    assert "Overall survival" not in shown and "QALYs" in shown, shown
    assert "parameters, targets, curves." in " ".join(shown.split()), shown
    assert rows_of("only.h5", "means")["act", "qalys"] == rows_of("plain.h5", "means")["act", "qalys"]
    assert os.path.getsize("only.h5") < 0.3 * os.path.getsize("plain.h5")


def predicted(path, *options):
    """Bytes that `check` expects of the result."""
    text = small.must("check", path, *options)
    number, unit = re.search(r"Result about ([\d.]+) (\w+)", text).groups()
    return float(number) * {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]


def check_size():
    """The predicted size is the real one within a fifth, for a small, a middling and a large result."""
    write("fine.yaml", BY, horizon="20 y")
    with open("fine.yaml", encoding="utf-8") as file:
        text = file.read().replace("every: 1 mo", "every: 1 d")
    with open("fine.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    for path in ("only.yaml", "by.yaml", "fine.yaml"):
        small.must("run", path, "-o", "size.h5", "--quiet", "-n", "2000")
        size = os.path.getsize("size.h5")
        assert 0.8 * size < predicted(path) < 1.2 * size, (path, size, predicted(path))
        print(f"{path}: predicted {predicted(path):.3g} bytes, written {size}")
    assert os.path.getsize("size.h5") > 3e6


def check_guard():
    """Above 2 GB nothing is run and nothing is written unless --yes is said."""
    done = small.call("run", "small.yaml", "-n", "1e8", "--patients-table", "-o", "huge.h5", "--quiet")
    assert done.returncode == 2 and "--yes" in done.stderr and "GB" in done.stderr, done.stderr
    attributes = ", ".join(f"a{i}" for i in range(8))
    with open("model.yaml", encoding="utf-8") as file:
        model = file.read()
    flags = "".join(f"  a{i}: {{type: flag, initial: true}}\n" for i in range(8))
    with open("wide_model.yaml", "w", encoding="utf-8") as file:
        file.write(model.replace("attributes:\n", "attributes:\n" + flags))
    crossed = ", ".join(f"[a{i}, a{j}, treatment, fit]" for i in range(8) for j in range(i))
    write("wide.yaml", f"  by: [{attributes}, {crossed}]\n", model="wide_model.yaml")
    with open("wide.yaml", encoding="utf-8") as file:
        text = file.read().replace("{to: 10 y, every: 1 mo}", "{to: 20 y, every: 0.2 d}")
    text = text.replace("    age: 50 y\n", "    age: 50 y\n" + "".join(f"    a{i}: true\n" for i in range(8)))
    with open("wide.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    done = small.call("run", "wide.yaml", "-n", "1", "-o", "huge.h5", "--quiet")
    assert done.returncode == 2 and "--yes" in done.stderr, (done.returncode, done.stderr)
    assert predicted("wide.yaml") > 2e9
    assert not [name for name in os.listdir() if name.startswith("huge")]
    done = small.call("run", "small.yaml", "-n", "10", "--patients-table", "-o", "huge.h5", "--quiet", "--yes")
    assert done.returncode == 0 and os.path.exists("huge.h5")


def main():
    with small.study():
        with open("model.yaml", encoding="utf-8") as file:
            model = file.read()
        with open("model.yaml", "w", encoding="utf-8") as file:
            file.write(model.replace("attributes:\n", "attributes:\n  fit: {type: flag, initial: true}\n"))
        for check in (check_subgroups, check_export, check_threads_and_luck, check_left_out, check_size,
                      check_guard):
            check()
            print(check.__name__, "passed")
        os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
