"""Scenarios that include an experiment and override some of its numbers: told apart in `check`, results and summary."""
import math
import os
import sys

import small


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


HIGH = """\
include: small.yaml
override:
  u_ill: 0.6
  rate_ill: {value: 0.4/y, unit: rate, source: "Another book", class: sourced}
"""


def check_overrides():
    """What is replaced, by what and where; in the results the command line comes last and has the last word."""
    write("high.yaml", "title: High risk\n" + HIGH)
    shown = small.must("check", "high.yaml")
    replaced = shown.split("Replaced by `override:`:\n")[1].split("\n\n")[0].splitlines()
    assert replaced == ["  u_ill = 0.6 (high.yaml:4:3)", "  rate_ill = 0.4/y (high.yaml:5:3)"], replaced
    assert "Replaced by" not in small.must("check", "small.yaml")
    table = small.must("run", "high.yaml", "-o", "high.h5", "--quiet", "-n", "10")
    assert "\nChanged: u_ill = 0.6, rate_ill = 0.4/y\n" in table, table
    table = small.must("run", "high.yaml", "-o", "high.h5", "--quiet", "-n", "10", "--set", "u_ill=0.5")
    assert "\nChanged: rate_ill = 0.4/y, u_ill = 0.5\n" in table, table
    replaced = small.must("check", "high.yaml", "--set", "u_ill=0.5").split("Replaced by `override:`:\n")[1]
    assert "u_ill =" not in replaced.split("\n\n")[0], replaced


def check_new_definition():
    """A law in place of a law is named, though it is no one value."""
    write("law_model.yaml", small.MODEL.replace("{exponential: {rate: rate_ill}}", "onset"))
    write("law.yaml", small.EXPERIMENT.replace("model.yaml", "law_model.yaml").replace(
        "  rate_ill: {value: 0.3/y, unit: rate,", "  onset: {law: exponential, rate: 0.3/y,"))
    write("other.yaml", "include: law.yaml\noverride:\n  onset: {law: weibull, shape: 2, scale: 3 y}\n")
    table = small.must("run", "other.yaml", "-o", "law.h5", "--quiet", "-n", "10")
    assert "\nChanged: onset = defined anew\n" in table, table


def head(name, text):
    """The title over the summary of an experiment, and its name in `check`."""
    write(name, text)
    table = small.must("run", name, "-o", "head.h5", "--quiet", "-n", "10")
    return table.split("\n")[0], small.must("check", name).split("Experiment ")[1].split("\n")[0]


def check_names():
    """The including file's name and title win, wherever in the file they stand; a name alone is no one else's title."""
    include = "include: small.yaml\n"
    title = "A small study – Müller's"
    assert head("a.yaml", include) == (title, f"small: {title}")
    assert head("b.yaml", include + "title: High risk\n") == ("High risk", "small: High risk")
    assert head("c.yaml", include + "experiment: high\n") == ("high", "high")
    assert head("d.yaml", include + "experiment: high\ntitle: High risk\n") == ("High risk", "high: High risk")
    assert head("e.yaml", "include: d.yaml\ntitle: Highest\n") == ("Highest", "high: Highest")
    assert head("f.yaml", "include: d.yaml\nexperiment: highest\n") == ("highest", "highest")


def check_life_expectancies():
    """Years of life at the first age, at 40 and at 65, against closed forms, so that a wrong unit is seen."""
    with open("table.csv", "w", encoding="utf-8") as file:
        file.write("age,sex,rate\n" + "".join(f"{age},{sex},{rate}\n" for sex, rate in (("male", 0.02), ("female", 0.01))
                                             for age in (30, 50, 60)))
    categories = "categories:\n  sex: [male, female]\n"
    law = "while: alive\n    from: birth\n    time: {life table: {csv: table.csv, age: age, rate: rate, by: {sex: sex}}}\n    goto: dead"
    model = small.MODEL.replace("categories:\n", categories).replace("attributes:\n", "attributes:\n  sex: {type: sex, initial: male}\n")
    write("table_model.yaml", model.replace("events:\n", "events:\n  age_out:\n    " + law + "\n"))
    write("table.yaml", small.EXPERIMENT.replace("model.yaml", "table_model.yaml"))
    shown = small.must("check", "table.yaml").split("\nLife tables")[1].split("\n\n")[0].splitlines()
    rows = {line[:44].strip(): line[44:].split() for line in shown[2:]}
    assert rows == {"the law of age_out[male]": ["50.0", "50.0", "first", "age", "30"],
                    "the law of age_out[female]": ["100.0", "100.0", "first", "age", "30"]}, rows
    with open("table.csv", "w", encoding="utf-8") as file:
        file.write("age,sex,rate\n" + "".join(f"{age},{sex},{0.01 if age < 65 else 0.1}\n" for sex in ("male", "female")
                                             for age in range(0, 111, 5)))
    write("table_model.yaml", model.replace("events:\n", "events:\n  age_out:\n    " + law.replace(
        "by: {", "interpolate: constant, by: {") + "\n"))
    shown = small.must("check", "table.yaml").split("\nLife tables")[1].splitlines()
    answers = [(1 - math.exp(-0.01 * years)) / 0.01 + math.exp(-0.01 * years) / 0.1 for years in (65, 25, 0)]
    assert shown[2][44:].split()[:3] == [f"{answer:.1f}" for answer in answers], (shown[2], answers)
    assert "\nLife tables" not in small.must("check", "small.yaml")


def check_sweep():
    """Scenarios in `check`, at the terminal, for programs and as CSV; what the command line may not say of them."""
    write("sweep.yaml", "include: small.yaml\nsweep: {rate_ill: [0.2/y, 0.4/y, 0.6/y], u_ill: {from: 0.5, to: 0.7, steps: 2}}\n")
    shown = small.must("check", "sweep.yaml")
    listed = shown.split("Scenarios (6; the values above are those without them):\n")[1].split("\n\n")[0].splitlines()
    assert listed[0] == "  rate_ill=0.2/y, u_ill=0.5" and listed[5] == "  rate_ill=0.6/y, u_ill=0.7", listed
    assert ", in each of 6 scenarios.\n" in shown, shown
    table = small.must("run", "sweep.yaml", "-o", "sweep.h5", "--quiet", "-n", "200")
    assert "\n6 scenarios, over rate_ill, u_ill\n" in table, table
    assert "QALYs by scenario, mean per patient\nScenario " in table and "\nrate_ill=0.4/y, u_ill=0.7 " in table, table
    alone = small.must("run", "small.yaml", "-o", "alone.h5", "--quiet", "-n", "200", "--set", "rate_ill=0.4/y", "--set", "u_ill=0.7")
    rows = [line.split(",") for line in small.must("summary", "sweep.h5", "--format", "csv").splitlines()]
    means = [line.split(",") for line in small.must("summary", "alone.h5", "--format", "csv").splitlines()]
    strategy, value = next((row[1], row[3]) for row in means if row[0] == "means" and row[2] == "qalys")
    swept = next(row[4] for row in rows if row[0] == "scenarios" and row[1:4] == ['"rate_ill=0.4/y', f' u_ill=0.7 under {strategy}"', "qalys"])
    assert swept == value, (swept, value, alone)
    small.must("export", "sweep.h5", "--csv", "sweep")
    with open(os.path.join("sweep", "scenario.csv"), encoding="utf-8") as file:
        head = file.readline()
        assert "scenario_name" in head and "scenario_label" in head, head
    refused = small.call("run", "sweep.yaml", "-o", "x.h5", "--set", "rate_ill=1/y")
    assert refused.returncode == 2 and "'rate_ill' is swept here, and set on the command line" in refused.stderr, refused
    write("named.yaml", "include: small.yaml\nsweep: [{name: high, title: High risk, set: {rate_ill: 0.4/y}}]\n")
    assert "\n  High risk (rate_ill = 0.4 per year)\n" in small.must("check", "named.yaml")
    table = small.must("run", "named.yaml", "-o", "named.h5", "--quiet", "-n", "200")
    assert "\nScenario: High risk\n" in table and "Means per patient" in table, table


def main():
    with small.study():
        for check in (check_overrides, check_new_definition, check_names, check_life_expectancies, check_sweep):
            check()
            print(check.__name__, "passed")
        os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
