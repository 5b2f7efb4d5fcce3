"""Living one small model: what happened to each patient, and when, in days."""
import os

import numpy as np

from program import RunFailed
from results import Results
from study import experiment

DAYS_PER_YEAR = 365.25
TICK = 2.0**-20
STATES = {"well": None, "ill": None, "worse": None, "dead": {"death": True}}


def grid(day):
    """A firing time: the nearest multiple of 2^-20 day."""
    return round(day / TICK) * TICK


def once(name, delay, *actions, **more):
    """An event that fires one time, `delay` after it could first."""
    return {"while": f"not happened({name})", "time": {"fixed": delay}, "do": list(actions), **more}


def model(events, **more):
    """A model that starts well; `more` adds or replaces its parts."""
    return {"model": "rule", "currency": "EUR", "states": STATES, "start": {"state": "well"},
            "events": events, **more}


class Lives:
    """The result of a run: lives by patient and strategy."""

    def __init__(self, path):
        self.results = Results(path)

    def log(self, patient=0, strategy="only"):
        """(day, what) of everything that happened, in order."""
        table = self.results.table("event_log", strategy)
        names = self.results.file[f"event_log/{strategy}/event"].attrs["flag_meanings"]
        names = (names.decode() if isinstance(names, bytes) else str(names)).split()
        mine = table["patient"] == patient
        return [(self._day(time), names[code])
                for time, code in zip(table["time"][mine], table["event"][mine])]

    @staticmethod
    def _day(year):
        """Years hold a day's multiple of 2^-20 to the last digits; this takes it out exactly."""
        day = grid(year * DAYS_PER_YEAR)
        return day if abs(day - year * DAYS_PER_YEAR) < 1e-9 else year * DAYS_PER_YEAR

    def times(self, name, patient=0, strategy="only"):
        """The days on which it happened."""
        return [day for day, what in self.log(patient, strategy) if what == name]

    def order(self, *names, patient=0, strategy="only"):
        """Which of these happened, in the order in which they did."""
        return [what for _, what in self.log(patient, strategy) if what in names]

    def value(self, column, patient=0, strategy="only"):
        """A number of the patient table."""
        return float(self.results.table("patients", strategy)[column][patient])

    def days(self, column, patient=0, strategy="only"):
        """The same for a column in years, in days."""
        return self.value(column, patient, strategy) * DAYS_PER_YEAR

    def passage(self, endpoint):
        """How patients left a risk set: {(cause or "censored", day of the grid): how many}."""
        time = self.results.axis("time") * DAYS_PER_YEAR
        found = {}
        for cause in self.results.axis("cause"):
            if cause == endpoint or cause.startswith(endpoint + "_"):
                self._count(found, cause, time, self.results.get("cause_events", cause=cause))
        self._count(found, "censored", time, self.results.get("censored", endpoint=endpoint))
        return found

    @staticmethod
    def _count(found, name, time, counts):
        counts = np.ravel(counts)
        for i in np.flatnonzero(counts):
            found[name, round(float(time[i]), 6)] = int(counts[i])


class World:
    """Where the rules live their models."""

    def __init__(self, program):
        self.program = program
        self._runs = 0

    def _written(self, content, more):
        self._runs += 1
        name = f"rule{self._runs}"
        settings = {"horizon": "100 d", "patients": 1,
                    "outputs": {"grid": {"to": "20 d", "every": "1 d"}}, **more}
        path = self.program.write(name + "_model", content)
        return self.program.write(name, experiment(path, settings.pop("horizon"), **settings))

    def live(self, content, tables=("--event-log", "--patients-table"), **more):
        """Run a model; `more` is of the experiment (horizon, patients, strategies, …)."""
        path = self._written(content, more)
        return Lives(self.program.run_file(path, flags=tables))

    def fails(self, content, **more):
        """The exit code and the message of a run that must fail; (0, "") if it does not."""
        try:
            self.program.run_file(self._written(content, more))
        except RunFailed as failure:
            return failure.code, failure.message
        return 0, ""

    def table(self, name, rows):
        """Write a CSV file of patients; return its name for `population: csv:`."""
        path = os.path.join(self.program.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(",".join(map(str, row)) + "\n" for row in rows)
        return path
