#!/usr/bin/python3
"""Random small models: the simulator against a solver that shares no code with it.

A model for each ingredient (families of laws, what a law wears, hazard ratios since a state), of
40,000 patients; with `--long` two hundred models of 200,000. Compared are the share in every state,
survival, the incidence of every cause of death, and mean firings of every clock, moves from state to
state, life years, QALYs and costs, discounted and not. The self-check makes the ingredient of each
solved model wrong (a hazard 15 % too high, a wrapper forgotten), and once changes the rates of
discounting of costs and effects over, and requires that every such model is rejected.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

from dataclasses import replace  # noqa: E402

from generate import INGREDIENTS, ingredient_of, random_process, without  # noqa: E402
from judge import Judge  # noqa: E402
from process import DEAD  # noqa: E402
from program import Program  # noqa: E402
from solver import solve  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402
from written import written_experiment, written_model  # noqa: E402

MODELS, PATIENTS = len(INGREDIENTS), 40_000
MODELS_LONG, PATIENTS_LONG = 200, 200_000
FEWEST_FIRINGS = 100  # below, a mean is not near enough to normal for a z-score
SEED = 20260103


def simulate(program, process, number, patients, engine=()):
    """Write a process in the simulator's language and run it, with the flags that say by which engine."""
    model = program.write(f"model{number}", written_model(process, f"model{number}"))
    experiment = written_experiment(process, model, f"oracle{number}")
    return program.run(experiment, patients=patients, seed=SEED + number, flags=engine)


def compare_shares(judge, label, result, patients, solution, left):
    """Occupancy, survival and incidence at every year after the start."""
    for k, year in list(enumerate(solution.years))[1:]:
        def share(name, observed, expected, error):
            judge.share(f"{label}: {name} at {year:g}", float(observed), patients,
                        float(expected[k]), float(error[k]))

        for state, expected in solution.occupancy.items():
            observed = result.get("state_occupancy", strategy="only", state=state, time=year)
            share("share in " + state, observed, expected, left.occupancy[state])
        alive = sum(solution.occupancy.values())
        error = sum(left.occupancy.values())
        share("survival", result.get("survival", strategy="only", endpoint="os", time=year), alive,
              error)
        for name in causes_of_death(result):
            observed = result.get("cumulative_incidence", strategy="only", cause="by_" + name,
                                  time=year)
            share("incidence of " + name, observed, solution.entries[name], left.entries[name])


def causes_of_death(result):
    """Names of the clocks that are causes of death in a result."""
    return [cause[3:] for cause in result.axis("cause") if cause.startswith("by_")]


def compare_count(judge, label, value, se, patients, expected, error):
    """A mean count; where it is the same for all patients seen, by the chance that nobody differs."""
    if se == 0.0 and value in (0.0, 1.0):
        judge.share(label, value, patients, expected, error)
    else:
        judge.mean(label, value, se, expected, error)


def compare_means(judge, label, process, result, patients, solution, left):
    """Means per patient, discounted and not, by the standard errors of the file."""
    answers = {("life_years", None): (solution.life_years, left.life_years, 1.0),
               ("qalys", None): (solution.qalys, left.qalys, 1.0),
               ("cost", "care"): (solution.flow, left.flow, 1.0)}
    for clock in process.clocks:
        if solution.count[clock.name][1] * patients < FEWEST_FIRINGS:
            continue
        answers["cost", "pay_" + clock.name] = (solution.count[clock.name],
                                                left.count[clock.name], clock.cost)
    for (quantity, category), (expected, error, per) in answers.items():
        where = {"strategy": "only"} if category is None else {"strategy": "only",
                                                               "category": category}
        for k, suffix in enumerate(("", "_undiscounted")):
            value = float(result.get(quantity + suffix, **where)) / per
            se = float(result.get(quantity + suffix + "_se", **where)) / per
            compare_count(judge, f"{label}: {quantity}{suffix} {category or ''}", value, se, patients,
                          float(expected[k]), float(error[k]))
            judge.true(f"{label}: the solver is too coarse for {quantity}",
                       error[k] <= 0.2 * se + 1e-9 * abs(expected[k]))


def compare_moves(judge, label, result, patients, solution, left):
    """Moves from state to state: into death a share of patients, else a mean."""
    for (source, target), expected in solution.moves.items():
        where = {"strategy": "only", "from_state": source, "to_state": target}
        value = float(result.get("transition_count", **where))
        name = f"{label}: moves from {source} to {target}"
        error = float(left.moves[source, target][0])
        if target == DEAD:
            judge.share(name, value, patients, float(expected[0]), error)
        elif expected[0] * patients >= FEWEST_FIRINGS:
            compare_count(judge, name, value, float(result.get("transition_count_se", **where)), patients,
                          float(expected[0]), error)


def compare(judge, label, process, result, patients):
    """Everything one model can be asked, against its solution."""
    solution, left = solve(process)
    compare_shares(judge, label, result, patients, solution, left)
    compare_means(judge, label, process, result, patients, solution, left)
    compare_moves(judge, label, result, patients, solution, left)
    return solution


def check_counts(judge, label, process, result):
    """Firings counted by the program are the firings that were paid for, and the moves they made."""
    for clock in process.clocks:
        for of in ("", "_se"):
            counted = float(result.get("event_count" + of, strategy="only", event=clock.name))
            paid = float(result.get("cost_undiscounted" + of, strategy="only",
                                    category="pay_" + clock.name)) / clock.cost
            judge.exact(f"{label}: firings of {clock.name} {of}", counted, paid)
    for state in process.states:
        fired = sum(float(result.get("event_count", strategy="only", event=clock.name))
                    for clock in process.clocks if clock.target == state)
        moved = sum(float(result.get("transition_count", strategy="only", from_state=source, to_state=state))
                    for source in process.states)
        judge.exact(f"{label}: moves to {state}", moved, fired)


def right_models(program, judge, models, patients, engine):
    for number in range(models):
        process = random_process(number)
        result = simulate(program, process, number, patients, engine)
        compare(judge, f"model {number}", process, result, patients)
        check_counts(judge, f"model {number}", process, result)


def must_reject(judge, mistake, wrong, result):
    """The simulator ran the right model; the answers are those of a wrong one."""
    trial = Judge(judge.script)
    compare(trial, "wrong", wrong, result, PATIENTS)
    judge.made += 1
    judge.true(f"did not notice: {mistake}", len(trial.failures) > 0)


def wrong_models(program, judge):
    for number in range(MODELS):
        process, ingredient = random_process(number), ingredient_of(number)
        result = simulate(program, process, number, PATIENTS)
        must_reject(judge, ingredient, without(process, ingredient), result)
        if number == 0:
            must_reject(judge, "discounting", replace(process, discount=process.discount[::-1]), result)


def main():
    options = arguments(__doc__, self_check=SELF_CHECK, reference="judge the reference interpreter",
                        long="two hundred models, 200,000 patients each")
    engine = ("--engine", "reference") if options.reference else ()
    judge = Judge("oracle_long" if options.long else "oracle_quick")
    with Program(options.program) as program:
        if options.self_check:
            wrong_models(program, judge)
        elif options.long:
            right_models(program, judge, MODELS_LONG, PATIENTS_LONG, engine)
        else:
            right_models(program, judge, MODELS, PATIENTS, engine)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
