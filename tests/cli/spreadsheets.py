"""Numbers kept in comma-separated files are the same as numbers written in the files of the language.

One experiment is written twice, with its parameters in YAML and in spreadsheets; `check` must list the
same parameters with the same values, classes, uncertainties and sources, and the runs must agree.
"""
import os
import re
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])

MODEL = """\
model: sheets
currency: EUR
categories: {drug: [none, alpha, beta], line: [first, second]}
attributes: {drug: {type: drug, initial: alpha}, line: {type: line, initial: first}}
states: {well: , dead: {death: true}}
start: {state: well}
events:
  die: {time: {exponential: {rate: rate}}, hazard ratio: "hr * (1 - cr[drug, line]) * (1 - k[drug])", goto: dead}
costs: {drug: "price / stay"}
utility: {well: u}
"""

EXPERIMENT = """\
experiment: sheets
model: model.yaml
parameters: PARAMETERS
horizon: 10 y
patients: 1000
strategies: {only: }
"""

WRITTEN = """\
parameters:
  price: {value: 1200 EUR, range: [1000 EUR, 1400 EUR], class: judgement, source: Tariff, note: "Seen, elsewhere"}
  stay: {value: 5 d, source: Audit, se: 1 d}
  hr: {hazard ratio: "0.55 [0.41, 0.71]", source: Trial}
  rate: {value: 0.2/y, unit: rate}
  u: {value: 0.7, unit: utility, interval: [0.6, 0.8]}
  cr:
    by: [drug, line]
    source: All of them
    alpha: {first: {value: 50 %, interval: [40 %, 60 %], source: Smith}, second: 30 %}
    beta: {first: 40 %, default: 0}
    default: 0
  k: {by: drug, none: 0, alpha: {count: 11 of 23, source: Smith}, beta: {count: 3 of 40, note: small}}
"""

IN_SHEETS = """\
parameters:
  csv: {file: list.csv, name: Parameter, value: Base case, lower: Low, upper: High, se: SE, unit: Unit,
        source: Source, class: Class, note: Note}
  cr:
    by: [drug, line]
    csv: {file: cr.csv, by: {drug: DRUG}, where: {arm: used}, value: p, lower: lo, upper: hi, source: from, in: "%"}
    source: All of them
    default: 0
  k: {by: drug, csv: k.csv, none: 0}
"""

SHEETS = {
    "list.csv": """\
Page,Parameter,Base case,Unit,Low,High,SE,Source,Class,Note
1,price,1200,EUR,1000,1400,,Tariff,judgement,"Seen, elsewhere"
1,stay,5,d,,,1,Audit,,
2,hr,0.55,hazard ratio,0.41,0.71,,Trial,,
2,rate,0.2,1/y,,,,,,
3,u,0.7,utility,0.6,0.8,,,,
""",
    "cr.csv": """\
arm,DRUG,line,p,lo,hi,from
used,alpha,first,50,40,60,Smith
unused,alpha,first,99,,,
used,beta,first,40,,,
used,alpha,second,30,,,
""",
    "k.csv": "drug,k,n,source,note\nalpha,11,23,Smith,\nbeta,3,40,,small\n",
}


def call(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"FAILED {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def listed(folder, name):
    """The parameters that `check` lists, without the places they stand at."""
    told = call("check", os.path.join(folder, name)).split("Parameters (", 1)[1].split("A run lives")[0]
    return re.sub(r"\(\S+:\d+:\d+\)", "", told)


def main():
    faults = 0
    with tempfile.TemporaryDirectory(prefix="sequela-sheets-") as folder:
        files = {"model.yaml": MODEL, "written.yaml": WRITTEN, "sheets.yaml": IN_SHEETS, **SHEETS}
        for kind in ("written", "sheets"):
            files[f"experiment_{kind}.yaml"] = EXPERIMENT.replace("PARAMETERS", f"[{kind}.yaml]")
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        lists = [listed(folder, f"experiment_{kind}.yaml") for kind in ("written", "sheets")]
        for one, other in zip(*(text.splitlines() for text in lists)):
            if one != other:
                faults += 1
                print(f"FAILED written: {one}\n       sheets:  {other}")
        if len(lists[0].splitlines()) < 15 or len(lists[0]) != len(lists[1]):
            faults += 1
            print("FAILED the lists differ in length, or hold nothing:\n" + lists[0])
        told = []
        for kind in ("written", "sheets"):
            out = os.path.join(folder, kind + ".h5")
            call("run", os.path.join(folder, f"experiment_{kind}.yaml"), "-o", out, "--quiet", "-j", "1")
            told.append(call("summary", out, "--format", "csv"))
        if told[0] != told[1] or "qalys" not in told[0].lower():
            faults += 1
            print("FAILED the runs differ\n" + "\n".join(told))
    print(f"spreadsheets: {faults} faults")
    return 1 if faults else 0


sys.exit(main())
