"""Every verb on a small study: what it prints, in every format, and that runs agree."""
import csv
import io
import json
import os
import re
import shutil
import sys

import small

BARE = """model: bare
states: {well: , dead: {death: true}}
start: {state: well, do: [{decide: care}]}
events: {die: {time: {exponential: {rate: 0.1/y}}, goto: dead}}
decisions: {care: {options: [usual, intense]}}
"""
BARE_EXPERIMENT = """experiment: bare
model: bare.yaml
horizon: 1 y
strategies: {only: {decisions: {care: [{choose: usual}]}}}
"""

def check_run():
    """The default output, the summary on standard output, everything else on standard error."""
    done = small.call("run", "small.yaml", "--stats")
    assert done.returncode == 0, done.stderr
    assert os.path.exists("results/small.h5")
    for words in ("A small study – Müller's", "Overall survival", "Difference from wait", "reference",
                  "died within 3 years", "noticed", "alive at 3 y (book_os_3y)", "unfitted",
                  "66.7 %", "± is one standard error", "Verdict: whether the simulated figure lies inside or outside",
                  "Horizon 20 y; costs and effects discounted at 3 % a year (effective); seed 3; 5 000 patients",
                  "4 parameters: 1 sourced, 1 judgement, 1 structural, 1 unsourced.",
                  "results of a model under its stated assumptions"):
        assert words in done.stdout, (words, done.stdout)
    assert "results/small.h5: " in done.stderr and "ns of processor time a life" in done.stderr
    assert "engine columnar, " in done.stderr and "of 2048 lanes a thread hold a life" in done.stderr
    plain = small.call("run", "small.yaml", "--stats", "--engine", "reference", "-o", "plain.h5")
    assert "engine reference, scalar" in plain.stderr and "lanes" not in plain.stderr
    assert small.must("digest", "plain.h5").split()[0] == small.must("digest", "results/small.h5").split()[0]
    assert max(map(len, done.stdout.splitlines())) <= 100
    quiet = small.call("run", "small.yaml", "-qo", "quiet.h5")
    assert quiet.returncode == 2 and "unknown option '-q'" in quiet.stderr
    quiet = small.call("run", "small.yaml", "--quiet", "-oquiet.h5")
    assert quiet.returncode == 0 and "lives/s" not in quiet.stderr, quiet.stderr
    assert quiet.stdout == done.stdout


def check_digests():
    """Threads, tables and ways of writing options change nothing; seed and numbers do."""
    def digest(*options):
        small.must("run", "small.yaml", "-o", "d.h5", "--quiet", *options)
        return small.must("digest", "d.h5").split()[0]
    first = digest()
    for options in (["-j1"], ["-j", "2"], ["--threads=2"], ["-n", "5k"], ["--patients=5_000"],
                    ["-n5e3"], ["--seed", "3"],
                    ["--strategy", "act", "--strategy=wait"]):
        assert digest(*options) == first, options
    for options in (["-n", "4999"], ["-s", "4"], ["--set", "u_ill=0.71"], ["--strategy", "act"]):
        assert digest(*options) != first, options
    with open("small.yaml", "rb") as file:
        small.must("run", "-", "-o", "stdin.h5", "--quiet", stdin=file)
    assert small.must("digest", "stdin.h5").split()[0] == first
    small.must("run", "small.yaml", "-o", "d.h5", "--quiet", "--patients-table", "--event-log")
    with_tables = small.must("summary", "d.h5")
    small.must("run", "small.yaml", "-o", "e.h5", "--quiet")
    assert small.must("summary", "e.h5") == with_tables


def check_summary():
    """The same numbers in every format."""
    data = json.loads(small.must("summary", "e.h5", "--format", "json"))
    survival = data["tables"]["survival"]["act"]["survival_3_years"]
    assert 0 < survival["value"] < 1 and 0 < survival["se"] < 0.02
    assert data["tables"]["differences"]["wait"]["increment_qalys"] == "reference"
    rows = list(csv.DictReader(io.StringIO(small.must("summary", "e.h5", "--format=csv"), newline="")))
    found = [row for row in rows if row["table"] == "survival" and row["row"] == "act"
             and row["column"] == "survival_3_years"]
    assert len(found) == 1 and float(found[0]["value"]) == survival["value"]
    assert float(found[0]["se"]) == survival["se"]
    target = {row["column"]: row for row in rows if row["table"] == "targets"}
    assert float(target["published"]["value"]) == 40 / 60 and target["published"]["text"] == ""
    assert float(target["lower"]["value"]) < 2 / 3 < float(target["upper"]["value"])
    assert target["unit"]["text"] == "1" and target["use"]["text"] == "unfitted"
    assert target["verdict"]["text"] in ("inside", "outside") and target["verdict"]["value"] == ""
    simulated = data["tables"]["targets"]["book_os_3y"]["simulated"]
    assert float(target["simulated"]["value"]) == simulated["value"] and simulated["se"] > 0
    for row in rows:
        assert all(row[key] == "" or float(row[key]) is not None for key in ("value", "se")), row
    table, markdown = small.must("summary", "e.h5"), small.must("summary", "e.h5", "--format", "md")
    shown = f"{100 * survival['value']:.1f}"[:2]
    line = next(row for row in table.splitlines() if row.startswith("act ") and "±" in row)
    assert shown in line and "| act |" in markdown


def check_settings():
    """What was run stands under the title: changes, horizon, discounting; and no table says it is discounted when not."""
    changed = small.must("run", "small.yaml", "-o", "g.h5", "--quiet", "--set", "u_ill=0.71", "--set",
                         "rate_ill = 0.2/y", "-n1", "-s", "18446744073")
    assert "Changed: u_ill = 0.71, rate_ill = 0.2/y\n" in changed, changed
    assert "seed 18446744073; 1 patient\n" in changed and "(1 virtual patient under each)" in changed
    small.must("run", "small.yaml", "-o", "h.h5", "--quiet", "--patients-table", "--set", "u_ill=0.71")
    assert "Changed: u_ill = 0.71\n" in small.must("summary", "h.h5")
    assert "Changed:" not in small.must("summary", "e.h5")
    with open("small.yaml", encoding="utf-8") as file:
        text = file.read()
    plain = "\n".join(line for line in text.split("\n") if not line.startswith(("discount:", "title:")))
    with open("plain.yaml", "w", encoding="utf-8") as file:
        file.write(plain)
    table = small.must("run", "plain.yaml", "-o", "i.h5", "--quiet")
    assert table.startswith("small\nHorizon 20 y; nothing discounted; seed 3;"), table
    assert "Means per patient (nothing is discounted)" in table and "(undiscounted)" not in table
    later = text.replace("kind: effective", "then: {from: 5 y, rate: 1 %}, kind: effective")
    with open("later.yaml", "w", encoding="utf-8") as file:
        file.write(later)
    table = small.must("run", "later.yaml", "-o", "i.h5", "--quiet")
    assert "discounted at 3 % a year (effective), at 1 % after 5 y;" in table, table
    apart = text.replace("{rate: 3 %,", "{costs: {rate: 4 %}, effects: {rate: 1.5 %},")
    with open("apart.yaml", "w", encoding="utf-8") as file:
        file.write(apart)
    table = small.must("run", "apart.yaml", "-o", "i.h5", "--quiet")
    assert "; costs discounted at 4 % a year (effective), effects discounted at 1.5 % a year" in table, table
    one = small.must("check", "plain.yaml", "--strategy", "act", "-n", "1")
    assert "A run lives 1 patient under one strategy." in one, one


def check_export_is_complete():
    """Every variable of the file is a column, in the file that variables.csv says."""
    columns = {}
    for name in os.listdir("csv"):
        with open(os.path.join("csv", name), newline="", encoding="utf-8") as file:
            columns[name] = next(csv.reader(file))
            assert len(set(columns[name])) == len(columns[name]), (name, columns[name])
    with open("csv/variables.csv", newline="", encoding="utf-8") as file:
        listed = [(row["file"], row["column"]) for row in csv.DictReader(file)]
    assert len(set(listed)) == len(listed)
    for name, column in listed:
        assert column in columns[name], (name, column)
    try:
        import h5py
    except ImportError:
        print("the export is not compared with the file: h5py is not installed")
        return
    variables = set()

    def visit(path, item):
        bare = b"not a netCDF variable" in getattr(item, "attrs", {}).get("NAME", b"")
        if isinstance(item, h5py.Dataset) and not bare and not path.startswith("provenance/"):
            group, _, name = path.rpartition("/")
            variables.add((group.replace("/", "_") + ".csv" if group else "", name))

    with h5py.File("d.h5") as file:
        file.visititems(visit)
    found = {(name if name.startswith(("patients_", "event_log_")) else "", column)
             for name, column in listed}
    assert found == variables, found ^ variables


def check_export():
    done = small.call("export", "d.h5", "--csv", "csv")
    assert done.returncode == 0 and f"{len(os.listdir('csv'))} files in csv" in done.stderr, done.stderr
    check_export_is_complete()
    names = set(os.listdir("csv"))
    assert {"variables.csv", "strategy.csv", "patients_wait.csv", "event_log_act.csv",
            "strategy_endpoint_time.csv"} <= names, names
    with open("csv/patients_act.csv", newline="", encoding="utf-8") as file:
        patients = list(csv.DictReader(file))
    assert len(patients) == 5000 and {"nothing"} == {row["treatment"] for row in patients}
    treated = sum(row["treatment_at_end"] == "drug" for row in patients)
    assert 2500 < treated < 5000 and "age_at_end" not in patients[0], treated
    assert all((row["treatment_at_end"] == "drug") == (float(row["cost_drug_undiscounted"]) == 1000) for row in patients)
    data = json.loads(small.must("summary", "d.h5", "--format", "json"))
    qalys = sum(float(row["qalys"]) for row in patients) / 5000
    assert abs(qalys - data["tables"]["means"]["act"]["qalys"]["value"]) < 1e-9
    assert small.must("export", "d.h5", "--csv", "csv") == ""


def check_export_again():
    """Into a folder with an earlier export: its tables go, what is not its own stays."""
    small.must("run", "small.yaml", "-n", "100", "-o", "plain.h5", "--quiet")
    with open("csv/mine.csv", "w", encoding="utf-8") as file:
        file.write("mine\n")
    small.must("export", "plain.h5", "--csv", "csv")
    small.must("export", "plain.h5", "--csv", "fresh")
    assert set(os.listdir("csv")) == set(os.listdir("fresh")) | {"mine.csv"}, os.listdir("csv")


def check_check():
    text = small.must("check", "small.yaml")
    for words in ("rate_death_ill", "judgement", "range 0.2 per year to 0.8 per year", "A book, page 3",
                  "Unsourced:", "u_ill (small.yaml:8:", "Result about", "Memory about",
                  "Checked: no errors"):
        assert words in text, (words, text)
    for name, content in (("bare.yaml", BARE), ("bare_experiment.yaml", BARE_EXPERIMENT)):
        with open(name, "w", encoding="utf-8") as file:
            file.write(content)
    assert "What the headlines rest on" not in text
    with open("small.yaml", encoding="utf-8") as file, open("told.yaml", "w", encoding="utf-8") as told:
        told.write(file.read().replace("outputs:\n", "outputs:\n  highlights: {noticed: noticed it, ill: fell ill, death: died, "
                                       "looked: was looked at}\n"))
    told = small.must("check", "told.yaml").partition("What the headlines rest on")[2].splitlines()[1:5]
    assert [line[36:].strip() for line in told] == \
        ["1 sourced", "1 sourced", "1 judgement, 1 structural", "no number"], told
    bare = small.must("check", "bare_experiment.yaml")
    assert "  care: one of usual, intense\n" in bare, bare


def check_trace():
    """A story ends as the patient's row says."""
    with open("csv/patients_act.csv", newline="", encoding="utf-8") as file:
        row = list(csv.DictReader(file))[17]
    story = small.must("trace", "small.yaml", "--patient", 17, "--strategy", "act")
    assert "Patient 17 under act (Treat at once), seed 3" in story and "start: time zero" in story
    assert f"Life years {float(row['life_years_undiscounted']):.4f} " in story
    assert f"QALYs {float(row['qalys_undiscounted']):.4f} " in story
    for patient in range(40):
        story = small.must("trace", "small.yaml", f"--patient={patient}", "--strategy=act")
        if "decision treat: rule 1 says drug" in story:
            assert "pays 1 000 EUR for drug" in story and "moves from well to ill" in story
            break
    else:
        raise AssertionError("no patient of forty fell ill")


def stats(*options):
    """Lives, firings and random numbers as --stats tells them, and the number of lanes."""
    said = small.call("run", "small.yaml", "--quiet", "--stats", "-o", "stats.h5", *options).stderr
    told = re.search(r"lives ([\d ]+); firings ([\d ]+) .*random numbers ([\d ]+) \(.* of (\d+) lanes", said, re.S)
    return tuple(int(number.replace(" ", "")) for number in told.groups())


def luck_of(strategy, seed):
    """How much luck the first patient's story needs: at baseline, and after it by clocks that are not fixed delays."""
    story = small.must("trace", "small.yaml", "--patient=0", "-s", seed, "--strategy", strategy)
    baseline, life = story.split(" start: ")
    return baseline.count("luck at "), life.count("luck at ") - life.count("law of look_back: fixed")


def check_stats():
    """What is counted is what the stories tell, whatever the threads and the instruction set."""
    whole = stats("-j1")
    assert whole == stats("-j3") == stats("--isa", "scalar") == stats("--batch", "2048") and whole[0] == 10000
    assert whole[:3] == stats("--batch", 7)[:3] and stats("--batch", 7)[3] == 7
    for seed in range(1, 7):
        (once, wait), (_, act) = luck_of("wait", seed), luck_of("act", seed)
        lives, _, draws, lanes = stats("-n", 1, "-s", seed)
        assert (lives, draws, lanes) == (2, once + wait + act, 2), (seed, draws, once, wait, act)


def check_graph():
    dot = small.must("graph", "model.yaml")
    assert dot == small.must("graph", "small.yaml")
    for name in ("model.yaml", "small.yaml"):
        with open(name, encoding="utf-8") as file:
            assert dot == small.must("graph", "-", input=file.read()), name
    for words in ('label="A small model with \\"quotes\\" & one drug"', 's0 -> s1 [label="fall ill"]',
                  's0 -> d0 [label="fall ill"]', 'a0 -> s2 [label="die", color="#909090"]',
                  "events without a move:\\nlook back"):
        assert words in dot, (words, dot)
    small.must("graph", "model.yaml", "-o", "out.dot")
    with open("out.dot", encoding="utf-8") as file:
        assert file.read() == dot
    if shutil.which("dot") is None:
        print("graph as SVG not tested: Graphviz's dot is not installed")
        return
    small.must("graph", "small.yaml", "-o", "out.svg")
    with open("out.svg", encoding="utf-8") as file:
        assert "<svg" in file.read()
    done = small.call("graph", "small.yaml", "-o", "none.svg", env={"PATH": "/nonexistent"})
    assert done.returncode == 1 and "needs the program 'dot'" in done.stderr
    assert not os.path.exists("none.svg") and not os.path.exists("none.svg.part")


def check_help():
    text = small.must("help")
    for verb in ("run", "check", "trace", "graph", "digest", "summary", "export"):
        assert f"\n  {verb} " in text
        own = small.must("help", verb)
        assert own == small.must(verb, "--help") == small.must(verb, "-h")
        assert own.startswith(f"usage: sequela {verb} ")
        assert max(map(len, own.splitlines())) <= 100, verb
    assert small.must("--version").startswith("sequela ")


def main():
    with small.study():
        for check in (check_run, check_digests, check_summary, check_settings, check_export,
                      check_check, check_trace, check_export_again, check_stats, check_graph, check_help):
            check()
            print(check.__name__, "passed")
        os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
