"""Rules R1 to R6: flows, breaks of tables, payments, discounting, losses of utility."""
import math

from lives import DAYS_PER_YEAR, model, once

NONE = {"rate": 0, "kind": "continuous", "from": "index"}
CONTINUOUS = {"rate": "10 %", "kind": "continuous", "from": "index"}
LATER = {"rate": "10 %", "kind": "effective", "from": "2 y", "then": {"from": "1 y", "rate": "5 %"}}


def structural(**definition):
    return {"class": "structural", "note": "Made up.", **definition}


def table(knots, unit):
    return structural(piecewise=knots, interpolate="constant", unit=unit, of="time")


def flow(world):
    content = model({"fall": once("fall", "4 d", {"goto": "ill"})},
                    utility={"well": 0.8, "ill": 0.5, "worse": 0}, costs={"ward": {"ill": "10 EUR/d"}})
    lives = world.live(content, horizon="10 d", discount=CONTINUOUS)
    rate = 0.1 / DAYS_PER_YEAR

    def discounted(start, end):
        return (math.exp(-rate * start) - math.exp(-rate * end)) / rate
    return [(lives.days("qalys_undiscounted"), 4 * 0.8 + 6 * 0.5),
            (lives.value("cost_ward_undiscounted"), 60.0),
            (lives.days("qalys"), 0.8 * discounted(0, 4) + 0.5 * discounted(4, 10)),
            (lives.value("cost_ward"), 10 * discounted(4, 10)),
            (lives.days("life_years"), discounted(0, 10)),
            (lives.value("total_cost_undiscounted"), 60.0)]


def table_break(world):
    # Utility by time since index, cost by time since the state was entered; no event falls on a break.
    content = model({"fall": once("fall", "2 d", {"goto": "ill"})}, utility="u_by_time(now)",
                    costs={"ward": {"ill": "price(in_state)"}})
    numbers = {"u_by_time": table({"0 d": 1, "3 d": 0.5, "8 d": 0.25}, "utility"),
               "price": table({"0 d": "10 EUR/d", "1.5 d": "20 EUR/d"}, "money/time")}
    lives = world.live(content, parameters=numbers, horizon="10 d", discount=NONE)
    return [(lives.days("qalys"), 3 + 5 * 0.5 + 2 * 0.25),
            (lives.value("cost_ward"), 1.5 * 10 + 6.5 * 20),
            (lives.order("fall"), ["fall"])]


def payment(world):
    content = model({"bill": once("bill", "1 y", {"pay": {"drug": "100 EUR", "qalys": "0 d - 2 d"}})},
                    costs={"drug": "0 EUR/d"}, utility=0)
    lives = world.live(content, horizon="2 y",
                       discount={"rate": "25 %", "kind": "effective", "from": "index"})
    return [(lives.value("cost_drug_undiscounted"), 100.0), (lives.value("cost_drug"), 80.0),
            (lives.days("qalys_undiscounted"), -2.0), (lives.days("qalys"), -1.6)]


def discounting(world):
    # From year 2 on at 10 % a year, from a year after that on at 5 %; a bill at the end of each year.
    content = model({"bill": {"time": {"fixed": "1 y"}, "do": [{"pay": {"drug": "100 EUR"}}]}},
                    costs={"drug": "0 EUR/y", "care": "1000 EUR/y"})
    lives = world.live(content, horizon="4 y", discount=LATER)
    factor = [1, 1, 1, 1 / 1.1, 1 / 1.1 / 1.05]
    annuity = [1, 1, (1 - 1 / 1.1) / math.log(1.1), (1 / 1.1) * (1 - 1 / 1.05) / math.log(1.05)]
    exponential = world.live(content, horizon="4 y", discount=CONTINUOUS)
    return [(lives.value("cost_drug"), 100 * sum(factor[1:])),
            (lives.value("cost_care"), 1000 * sum(annuity)),
            (exponential.value("cost_drug"), 100 * sum(math.exp(-0.1 * year) for year in (1, 2, 3, 4))),
            (exponential.value("cost_care"), 1000 * (1 - math.exp(-0.4)) / 0.1)]


def discounting_apart(world):
    # Costs at 25 % a year, effects at 10 % and from a year on at none; a bill and 1 day of QALYs at one year.
    content = model({"bill": {"time": {"fixed": "1 y"}, "do": [{"pay": {"drug": "100 EUR", "qalys": "1 d"}}]}},
                    costs={"drug": "0 EUR/y"})
    rates = {"costs": {"rate": "25 %"}, "effects": {"rate": "10 %", "then": {"from": "1 y", "rate": "0"}}}
    lives = world.live(content, horizon="2 y", discount={**rates, "kind": "effective"})
    first = (1 - 1 / 1.1) / math.log(1.1) * 365.25
    only_costs = world.live(content, horizon="2 y", discount={"costs": {"rate": "25 %"}})
    return [(lives.value("cost_drug"), 80.0 + 64.0), (lives.days("life_years"), first + 365.25 / 1.1),
            (lives.days("qalys"), first + 365.25 / 1.1 + 2 / 1.1),
            (only_costs.days("life_years"), 730.5), (only_costs.value("cost_drug"), 144.0)]


def discounting_from_a_year(world):
    # From 2020 on at 10 % a year: from a year after index, at index, and since two years before it.
    content = model({"bill": {"while": "not happened(bill)", "time": {"fixed": "1 y"},
                              "do": [{"pay": {"drug": "100 EUR"}}]}},
                    costs={"drug": "0 EUR/y", "care": "1000 EUR/y"}, attributes={"entry_year": "number"})
    table = world.table("years.csv", [("year",), (2019,), (2020,), (2022,)])
    lives = world.live(content, horizon="2 y", patients=3, discount={"rate": "10 %", "from": {"year": 2020}},
                       population={"csv": {"file": table, "columns": {"entry_year": "year"}}})
    year = (1 - 1 / 1.1) / math.log(1.1)
    bills = [1.0, 1 / 1.1, 1.1**-3]
    care = [1 + year, year + year / 1.1, (year + year / 1.1) / 1.1**2]
    return [([lives.value("cost_drug", q) for q in range(3)], [100 * x for x in bills]),
            ([lives.value("cost_care", q) for q in range(3)], [1000 * x for x in care]),
            (lives.value("cost_care_undiscounted", 2), 2000.0)]


def lose(name, amount, duration):
    return {"lose utility": name, "amount": amount, "for": duration}


def utility_losses(world):
    # a from day 1 to 5, at first .1, from day 2 on .3; b from day 1 to 3.
    events = {"one": once("one", "1 d", lose("a", 0.1, "4 d"), lose("b", 0.2, "2 d")),
              "two": once("two", "2 d", lose("a", 0.3, "1 d"))}
    lives = world.live(model(events), horizon="10 d", discount=NONE)
    events["end"] = once("end", "4 d", {"goto": "dead"})
    killed = world.live(model(events), horizon="10 d", discount=NONE)
    cut = world.live(model({"one": once("one", "1 d", lose("a", 0.5, "100 d"))}), horizon="10 d",
                     discount=NONE)
    return [(lives.days("qalys"), 10 - 0.3 - 0.5 - 2 * 0.3),
            (killed.days("qalys"), 4 - 0.3 - 0.5 - 0.3),
            (cut.days("qalys"), 1 + 9 * 0.5)]


RULES = (flow, table_break, payment, discounting, discounting_apart, discounting_from_a_year, utility_losses)
