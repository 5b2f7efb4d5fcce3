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
from results import Results  # noqa: E402
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
CARE = {"well": 100.0, "ill": 3000.0}
VISIT = {"fall_ill": 500.0, "die": 2000.0}


def present_value(start, end):
    """1 a year from start to end: discounted and not."""
    return np.array([(math.exp(-RATE * start) - math.exp(-RATE * end)) / RATE, end - start])


def instant(time):
    """1 at a time: discounted and not."""
    return np.array([math.exp(-RATE * time), 1.0])


def reckon(log):
    """Totals of a life from its log of (time, event, state): {name: (discounted, undiscounted)}."""
    total = {name: np.zeros(2) for name in ("life_years", "qalys", "cost_care", "cost_visits")}
    total["cost_visits"] += 50.0
    now, state, loss_end = 0.0, "well", 0.0
    for time, event, state_after in [*log, (HORIZON, "end", "end")]:
        if event not in ("fall_ill", "recover", "die", "end") or state == "dead":
            continue
        value = present_value(now, time)
        total["life_years"] += value
        total["qalys"] += UTILITY[state] * value
        total["cost_care"] += CARE[state] * value
        if loss_end > now:
            total["qalys"] -= 0.1 * present_value(now, min(time, loss_end))
        total["cost_visits"] += VISIT.get(event, 0.0) * instant(time)
        if event == "fall_ill":
            total["qalys"] -= 0.01 * instant(time)
            loss_end = max(loss_end, time + 18 * MONTH)
        now, state = time, state_after
    total["total_cost"] = total["cost_care"] + total["cost_visits"]
    return total


def meanings(result, group, column):
    """Words for the codes of a column."""
    words = result.file[f"{group}/only/{column}"].attrs["flag_meanings"]
    return (words.decode() if isinstance(words, bytes) else words).split()


def logs(result):
    """The log of every patient: lists of (time in years, event, state after it)."""
    table = result.table("events", "only")
    events, states = meanings(result, "events", "event"), meanings(result, "events", "state")
    by_patient = [[] for _ in range(PATIENTS)]
    rows = zip(table["patient"], table["time"], table["event"], table["state"])
    for patient, time, event, state in rows:
        by_patient[int(patient)].append((float(time), events[int(event)], states[int(state)]))
    return by_patient


def check_table(judge, result, by_patient):
    """The table is what the log makes of it, and the result is the mean of the table."""
    table = result.table("patients", "only")
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


def numbers(text):
    """All numbers of a text, thousands commas apart."""
    return [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)]


def check_story(judge, program, path, patient, log, table):
    """The story names the events of the log in their order, and ends in the totals of the table."""
    story = program.call("trace", path, "--patient", patient, "--strategy", "only")
    told = [word for word in re.findall(r"\b(?:fall_ill|recover|die)\b", story)]
    happened = [event for _, event, _ in log if event in ("fall_ill", "recover", "die")]
    judge.true(f"patient {patient}: the story tells {told}, the log {happened}",
               _in_order(happened, told))
    found = numbers(story)
    for name in ("life_years_undiscounted", "qalys", "total_cost"):
        value = float(table[name][patient])
        judge.true(f"patient {patient}: {name} {value} is in the story",
                   any(abs(number - value) <= 0.006 * max(1.0, abs(value)) for number in found))


def _in_order(wanted, words):
    """Whether the wanted words occur among the words in this order."""
    rest = iter(words)
    return all(word in rest for word in wanted)


def main():
    options = arguments(__doc__)
    judge = Judge("equality", options.self_check)
    with Program(options.program) as program:
        path = program.write("experiment", experiment(
            program.write("model", MODEL), f"{HORIZON:g} y", patients=PATIENTS))
        result = Results(program.run_file(path, flags=("--patients-table", "--event-log")))
        by_patient = logs(result)
        check_table(judge, result, by_patient)
        table = result.table("patients", "only")
        for patient in (0, 1, 17, PATIENTS - 1):
            check_story(judge, program, path, patient, by_patient[patient], table)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
