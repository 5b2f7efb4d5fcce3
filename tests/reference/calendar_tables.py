#!/usr/bin/env python3
"""Writes calendar_tables.inc: life tables by calendar year, to 50 digits.

The rate of a patient born on day b is that of age t on day b + t. Here the cells of the Lexis diagram that the
patient's diagonal crosses are all written down at once, cut at every age and every new year, and the rates are
integrated cell by cell; wrappers and inverse are those of laws.py. Run from any folder (a minute):

    python3 tests/reference/calendar_tables.py
"""
import multiprocessing
import pathlib
import random

import laws
from mpmath import mp, mpf

OUT = pathlib.Path(__file__).with_name("calendar_tables.inc")
YEAR = 365.25
# identifier -> (log-linear between ages, ages, first days of the years, rates: a row for each year)
CALENDARS = {
    "FEW": (False, [0.0, 60 * YEAR, 80 * YEAR], [2000 * YEAR, 2001 * YEAR, 2003 * YEAR],
            [[1e-5, 4e-5, 3e-4], [2e-5, 2e-5, 5e-4], [0.5e-5, 6e-5, 1e-4]]),
    "LATE": (False, [50 * YEAR, 61 * YEAR], [2010 * YEAR, 2011 * YEAR, 2012 * YEAR, 2013 * YEAR],
             [[2e-4, 8e-4], [0.0, 0.0], [1e-3, 5e-4], [0.0, 2e-3]]),
    "SMOOTH": (True, [0.0, YEAR, 30 * YEAR, 70 * YEAR, 95 * YEAR], [1990 * YEAR, 2005.5 * YEAR, 2020 * YEAR],
               [[2e-5, 1e-6, 2e-6, 6e-5, 9e-4], [1e-5, 0.8e-6, 1.7e-6, 5e-5, 8e-4],
                [0.5e-5, 0.8e-6, 1.1e-6, 3e-5, 9.5e-4]]),
    "ONE": (True, [0.0, 40 * YEAR, 90 * YEAR], [2010 * YEAR], [[3e-6, 9e-6, 6e-4]]),
}
BIRTHS = [1941.3 * YEAR, 1989.99 * YEAR, 2019 * YEAR]
# (ratio, stretch, cured, population), (low, high), shift, profile
WORN = [((1, 1, 0, False),) + laws.BARE, ((0.37, 1, 0, False),) + laws.BARE,
        ((1.9, 1, 0.3, False),) + laws.BARE, ((1.9, 1, 0.3, True),) + laws.BARE,
        ((1, 1, 0, False), (18000.5, 30000.25), 0.0, None), ((1, 1, 0, False), (9000.0, mp.inf), 0.0, None),
        ((1, 1, 0, False), laws.OPEN, 1212.25, None), ((1.4, 1, 0.2, False), laws.OPEN, 0.0, "WANES"),
        ((0.8, 1, 0.2, True), (-mp.inf, 33000.0), 700.0, "RISES")]
laws.PROFILES = {"WANES": (20000.0,) + laws.waning(0.5, 1.0, 1500.0, 3000.0, 7, False),
                 "RISES": (15000.0,) + laws.steps("RISES", [0.0, 5000.0, 9000.0], [0.7, 2.5, 1.0])}


def rate_in(table, row, age):
    """Left rate and logarithmic growth from an age on, up to the next age of the table."""
    smooth, ages, _, rates = CALENDARS[table]
    later = [i for i, a in enumerate(ages) if a > age]
    i = (later[0] if later else len(ages)) - 1
    if i < 0:
        return mpf(rates[row][0]), mpf(0)
    left = mpf(rates[row][i])
    if not smooth or i + 1 == len(ages):
        return left, mpf(0)
    growth = mp.log(mpf(rates[row][i + 1]) / left) / (mpf(ages[i + 1]) - mpf(ages[i]))
    return left * mp.exp(growth * (age - mpf(ages[i]))), growth


def hazard_to(table, birth, t):
    _, ages, years, _ = CALENDARS[table]
    new_years = [mpf(day) - birth for day in years[1:]]
    cuts = sorted({mpf(0), t, *(c for c in [mpf(a) for a in ages] + new_years if 0 < c < t)})
    total = mpf(0)
    for start, end in zip(cuts, cuts[1:]):
        row = sum(day <= (start + end) / 2 for day in new_years)
        rate, growth = rate_in(table, row, start)
        total += rate * (mp.expm1(growth * (end - start)) / growth if growth else end - start)
    return total


def adder(table):
    return lambda arguments, t: hazard_to(table, arguments[0], t)


laws.CALENDARS.update({name: adder(name) for name in CALENDARS})


def rows_of(law):
    table, birth, worn = law
    wrapper, limits, shift, profile = worn
    # A shift is time passed before the table's own: its age 0 falls on a later day.
    full = ("SQ_LIFE_TABLE", [mpf(birth) + mpf(shift)], table) + wrapper + (limits, shift, profile)
    ratio, _, cured, population = wrapper
    key = f"&{table}, {birth!r}, {ratio}, {cured}, {str(population).lower()}, {laws.number(limits[0])}, " \
        f"{laws.number(limits[1])}, {shift!r}, {'&' + profile if profile else 'NULL'}"
    draw, out = random.Random(key), []

    def ask(question, age, at, value):
        out.append(f"{{{key}, {question}, {age!r}, {at!r}, {laws.text(value)}}},")
    for e in (1e-9, 1e-3, 0.1, 0.9, 5.0, 25.0):
        e *= draw.uniform(0.5, 1)
        t = laws.inverse(full, mpf(e))
        ask("INVERSE", 0.0, e, t)
        if t == mp.inf:
            continue
        t = float(t) * draw.uniform(0.97, 1.03)
        at_t, age = laws.hazard(full, t), t * draw.uniform(0.3, 0.99)
        at_age = laws.hazard(full, age)
        ask("HAZARD", 0.0, t, at_t)
        ask("SPENT", age, t, at_t - at_age if at_t < mp.inf else mp.inf)
        if at_age < mp.inf:
            ask("REMAINING", age, e, laws.inverse(full, mpf(e) + at_age) - mpf(age))
    return out


def definitions():
    for name, (smooth, ages, years, rates) in CALENDARS.items():
        cells = ", ".join("{" + ", ".join(map(repr, row)) + "}" for row in rates)
        yield f"static const calendar_table {name} = {{"
        yield f"    {'SQ_LOGLINEAR' if smooth else 'SQ_CONSTANT'}, {len(ages)}, {len(years)}, "
        yield f"    {{{', '.join(map(repr, ages))}}},\n    {{{', '.join(map(repr, years))}}},\n    {{{cells}}}}};"
    yield from laws.profile_definitions()


if __name__ == "__main__":
    every = [(table, birth, worn) for table in CALENDARS for birth in BIRTHS for worn in WORN]
    with multiprocessing.Pool() as pool:
        found = [row for some in pool.imap(rows_of, every) for row in some]
    head = "/* Written by tests/reference/calendar_tables.py: laws, arguments and values to 50 digits. */\n"
    body = "static const calendar_row ROWS[] = {\n" + "\n".join(found) + "\n};\n"
    OUT.write_text(head + "\n".join(definitions()) + "\n" + body)
