#!/usr/bin/python3
"""One patient at a time: the tale, the table and the log of a patient are about the same life.

A small model is run with its patient table and event log. From the log alone every patient's life
years, QALYs and costs are reckoned again here, and must be those of the table; their means must be
those of the result. Then `trace` tells the story of some patients; the times in it must be those of
the log, and the totals at its end those of the table.
"""
import math
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import numpy as np  # noqa: E402

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from results import EVENT_LOG, PATIENT_TABLE, Results  # noqa: E402
from study import arguments, experiment  # noqa: E402

PATIENTS = 200
HORIZON = 12.0
RATE = math.log(1.03)
MONTH = 30.4375 / 365.25

MODEL = {
    "model": "hand",
    "currency": "EUR",
    "states": {"well": None, "ill": None, "dead": {"death": True}},
    "start": {"state": "well", "do": [{"pay": {"visits": "50 EUR"}}]},
    "events": {
        "fall_ill": {"while": ["well"], "time": {"weibull": {"shape": 0.8, "scale": "2 y"}},
                     "do": [{"pay": {"visits": "500 EUR", "qalys": "-0.01 y"}},
                            {"lose utility": "shock", "amount": "0.1", "for": "18 mo"}],
                     "goto": "ill"},
        "recover": {"while": ["ill"], "time": {"exponential": {"rate": "1/y"}}, "goto": "well"},
        "die": {"time": {"exponential": {"rate": "0.05/y"}},
                "hazard ratio": "if(state == ill, 3, 1)", "changes": "follow",
                "do": [{"pay": {"visits": "2000 EUR"}}], "goto": "dead"},
    },
    "utility": {"well": "0.9", "ill": "0.6"},
    "costs": {"care": {"well": "100 EUR/y", "ill": "3000 EUR/y"}, "visits": "0 EUR/y"},
}
UTILITY = {"well": 0.9, "ill": 0.6}
STATES = ("well", "ill", "dead")
CARE = {"well": 100.0, "ill": 3000.0}
VISIT = {"fall_ill": 500.0, "die": 2000.0}


def present_value(start, end):
    """1 a year from start to end: discounted and not."""
    return np.array([(math.exp(-RATE * start) - math.exp(-RATE * end)) / RATE, end - start])


def instant(time):
    """1 at a time: discounted and not."""
    return np.array([math.exp(-RATE * time), 1.0])


def accrue(total, state, start, end, loss_end):
    """Add what living in a state from start to end is worth and costs."""
    value = present_value(start, end)
    total["life_years"] += value
    total["qalys"] += UTILITY[state] * value
    total["cost_care"] += CARE[state] * value
    if loss_end > start:
        total["qalys"] -= 0.1 * present_value(start, min(end, loss_end))


def reckon(log):
    """Totals of a life from its log of (time, what happened): {name: (discounted, undiscounted)}."""
    total = {name: np.zeros(2) for name in ("life_years", "qalys", "cost_care", "cost_visits")}
    total["cost_visits"] += 50.0
    start, state, loss_end = 0.0, "well", 0.0
    for time, happened in [*log, (HORIZON, "dead")]:
        if happened in STATES and state != "dead":
            accrue(total, state, start, time, loss_end)
            start, state = time, happened
        total["cost_visits"] += VISIT.get(happened, 0.0) * instant(time)
        if happened == "fall_ill":
            total["qalys"] -= 0.01 * instant(time)
            accrue(total, state, start, time, loss_end)
            start, loss_end = time, max(loss_end, time + 18 * MONTH)
    total["total_cost"] = total["cost_care"] + total["cost_visits"]
    return total


def meanings(result, group, column):
    """Words for the codes of a column."""
    words = result.file[f"{group}/only/{column}"].attrs["flag_meanings"]
    return (words.decode() if isinstance(words, bytes) else words).split()


def logs(result):
    """The log of every patient: lists of (time in years, event or state entered)."""
    table = result.table(EVENT_LOG, "only")
    names = meanings(result, EVENT_LOG, "event")
    by_patient = [[] for _ in range(PATIENTS)]
    for patient, time, event in zip(table["patient"], table["time"], table["event"]):
        by_patient[int(patient)].append((float(time), names[int(event)]))
    return by_patient


def check_table(judge, result, by_patient):
    """The table is what the log makes of it, and the result is the mean of the table."""
    table = result.table(PATIENT_TABLE, "only")
    judge.true("one row per patient, in order",
               np.array_equal(table["patient"], np.arange(PATIENTS)))
    for patient, log in enumerate(by_patient):
        for name, values in reckon(log).items():
            for suffix, value in zip(("", "_undiscounted"), values):
                judge.exact(f"patient {patient}: {name}{suffix}",
                            float(table[name + suffix][patient]), float(value), 1e-9)
    for name in ("life_years", "qalys", "total_cost"):
        judge.exact(f"mean {name}", float(result.get(name, strategy="only")),
                    float(np.mean(table[name])), 1e-12)
        error = float(np.std(table[name], ddof=1)) / math.sqrt(PATIENTS)
        judge.exact(f"standard error of {name}",
                    float(result.get(name + "_se", strategy="only")), error, 1e-9)


def told(story):
    """Names of the firings in a story: its lines that are not indented far begin with a time."""
    firings = re.findall(r"(?m)^ {0,11}\S+ \S+  (\w+)$", story)
    return [name for name in firings if name in MODEL["events"]]


def last_totals(story):
    """Life years, QALYs and cost at the end of a story, each (undiscounted, discounted)."""
    end = story[story.rindex("Life years"):].replace("\n", " ")
    pairs = re.findall(r"(-?[\d ]+\.\d+)(?: EUR)? \(discounted (-?[\d ]+\.\d+)\)", end)
    return [tuple(float(number.replace(" ", "")) for number in pair) for pair in pairs]


def check_story(judge, program, path, patient, log, table):
    """The story names the events of the log in their order, and ends in the totals of the table."""
    story = program.call("trace", path, "--patient", patient, "--strategy", "only")
    happened = [name for _, name in log if name in MODEL["events"]]
    judge.true(f"patient {patient}: the story tells {told(story)}, the log {happened}",
               told(story) == happened)
    names = ("life_years", "qalys", "total_cost")
    totals = last_totals(story)
    judge.true(f"patient {patient}: the story ends in three totals", len(totals) == len(names))
    for name, pair in zip(names, totals):
        for suffix, number in zip(("_undiscounted", ""), pair):
            value = float(table[name + suffix][patient])
            digits = 0.00501 if name == "total_cost" else 0.0000501
            judge.true(f"patient {patient}: {name}{suffix} is {value}, in the story {number}",
                       abs(number - value) <= digits)


def main():
    options = arguments(__doc__)
    judge = Judge("equality")
    with Program(options.program) as program:
        path = program.write("experiment", experiment(
            program.write("model", MODEL), f"{HORIZON:g} y", patients=PATIENTS))
        result = Results(program.run_file(path, flags=("--patients-table", "--event-log")))
        by_patient = logs(result)
        check_table(judge, result, by_patient)
        table = result.table(PATIENT_TABLE, "only")
        for patient in (0, 1, 17, PATIENTS - 1):
            check_story(judge, program, path, patient, by_patient[patient], table)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
