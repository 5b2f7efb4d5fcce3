"""Draws the map of timing, and prints the tables of docs/timing.md, from results of configs/timing_map*.yaml.

    python3 analysis/timing_map.py MAP.h5 FRENCH.h5 -o docs/timing_map.svg > tables.md

One panel for each early death of the debulking (rows; B2 gives none and has one) and rate of second remission (columns); in each,
causal share across, selection up, and the difference in survival at three years. Hatched: the anchors do not hold there, so that the cell is
contradicted by what was published, whatever it says. The same results give the same picture, byte for byte.
"""
import argparse
import itertools

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot  # noqa: E402
import numpy  # noqa: E402

ACROSS, UP, ROW, COLUMN = "causal_share", "selection", "early_death[debulking]", "cr2_lt18"
LIMIT = 12  # points of survival at either end of the colours
PICTURE = {"svg.hashsalt": "timing", "font.size": 8, "svg.fonttype": "none", "hatch.linewidth": 0.6}


class Result:
    """A result of a sweep: arrays by name, and the scenario of given swept values."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.data = {name: item[()] for name, item in file.items() if isinstance(item, h5py.Dataset)}
        self.swept = [name.decode() for name in self.data["sweep_parameter"]]

    def names(self, axis):
        return [name.decode() for name in self.data[axis]]

    def values(self, parameter):
        return sorted(set(self.data["scenario_value"][:, self.swept.index(parameter)]))

    def scenario(self, **values):
        """The scenario whose swept values are these; `values` by a name's first word (early_death)."""
        wanted = {name: values[name.split("[")[0]] for name in self.swept}
        rows = numpy.all([self.data["scenario_value"][:, k] == wanted[name] for k, name in enumerate(self.swept)], axis=0)
        return int(numpy.flatnonzero(rows)[0])


def survival_at(result, years):
    """[scenario, strategy] of the end point os."""
    endpoint = result.names("endpoint").index("os")
    time = int(numpy.argmin(abs(result.data["time"] - years)))
    return result.data["survival"][:, 0, :, endpoint, time]


def differences(result, strategy):
    """Percentage points of survival at three years against A."""
    survival, names = survival_at(result, 3), result.names("strategy")
    return 100 * (survival[:, names.index(strategy)] - survival[:, names.index("A")])


def restricted_means(result, years):
    """[scenario, strategy] years lived of the first ones, by trapezia on the grid."""
    endpoint, time = result.names("endpoint").index("os"), result.data["time"]
    kept = time <= years + 1e-9
    curve = result.data["survival"][:, 0, :, endpoint][..., kept]
    return ((curve[..., 1:] + curve[..., :-1]) / 2 * numpy.diff(time[kept])).sum(axis=-1)


def draw_panel(axes, result, shown, death, rate):
    across, up = result.values(ACROSS), result.values(UP)
    for (i, x), (j, y) in itertools.product(enumerate(across), enumerate(up)):
        s = result.scenario(causal_share=x, selection=y, early_death=death, cr2_lt18=rate)
        holds = result.data["anchors_hold"][s] == 1
        colour = plot.get_cmap("RdBu")((shown[s] + LIMIT) / (2 * LIMIT))
        axes.add_patch(plot.Rectangle((i, j), 1, 1, facecolor=colour, edgecolor="0.4", linewidth=0.4, hatch=None if holds else "////"))
        ink = "white" if abs(shown[s]) > 0.7 * LIMIT else "black"
        axes.text(i + 0.5, j + 0.5, f"{round(shown[s]) + 0:+d}", ha="center", va="center", color=ink)
    axes.set(xlim=(0, len(across)), ylim=(0, len(up)), xticks=numpy.arange(len(across)) + 0.5, yticks=numpy.arange(len(up)) + 0.5)
    axes.set_xticklabels([f"{x:g}" for x in across])
    axes.set_yticklabels([f"{y:g}" for y in up])


def draw(result, path):
    """B1 by early death of its debulking; B2, which gives none, once."""
    deaths, rates = result.values(ROW), result.values(COLUMN)
    rows = [("B1", death, f"early death {100 * death:g} %") for death in deaths] + [("B2", deaths[0], "any early death")]
    with plot.rc_context(PICTURE):
        figure, grid = plot.subplots(len(rows), len(rates), figsize=(1.9 * len(rates) + 0.8, 1.7 * len(rows)), sharex=True,
                                     sharey=True, squeeze=False)
        for (row, (strategy, death, words)), (column, rate) in itertools.product(enumerate(rows), enumerate(rates)):
            draw_panel(grid[row][column], result, differences(result, strategy), death, rate)
            grid[row][column].set_title(f"{strategy} - A; {words}, CR2 {100 * rate:g} %", fontsize=7)
        for axes in grid[:, 0]:
            axes.set_ylabel("selection")
        for axes in grid[-1]:
            axes.set_xlabel("causal share")
        figure.suptitle("Survival at three years, points; hatched: the anchors do not hold", y=0.995)
        figure.tight_layout()
        figure.savefig(path, metadata={"Date": None})


def dials(result, **fixed):
    """Scenarios at causal share 0 and 1 and selection 0, .6 and .9."""
    for share, selection in itertools.product((0.0, 1.0), (0.0, 0.6, 0.9)):
        near = min(result.values(UP), key=lambda value: abs(value - selection))
        yield share, near, result.scenario(causal_share=share, selection=near, **fixed)


def decision_table(result, **fixed):
    survival, names = 100 * survival_at(result, 3), result.names("strategy")
    print("| causal share | selection | A | B1 | B2 | B3 | B1 - A | B2 - A | anchors: p |\n|---|---|---|---|---|---|---|---|---|")
    for share, selection, s in dials(result, **fixed):
        cells = [f"{survival[s, names.index(name)]:.0f}" for name in ("A", "B1", "B2", "B3")]
        gains = [f"{differences(result, name)[s]:+.1f}" for name in ("B1", "B2")]
        p = result.data["anchor_p"][s]
        print(f"| {share:g} | {selection:g} | " + " | ".join(cells + gains) + f" | {p:.2f}{'' if p >= 0.05 else ', no'} |")


def means_table(result, **fixed):
    """Gains over A in months of the first five years and in discounted QALYs."""
    means, qalys, names = 12 * restricted_means(result, 5), result.data["qalys"][:, 0], result.names("strategy")
    shown = ("B1", "B2", "B3")
    head = [f"months of the first 5 years, {name} - A" for name in shown] + [f"QALYs, {name} - A" for name in shown]
    print("| causal share | selection | " + " | ".join(head) + " |\n|---|---|" + "---|" * len(head))
    for share, selection, s in dials(result, **fixed):
        gains = [f"{table[s, names.index(name)] - table[s, names.index('A')]:+.2f}" for table in (means, qalys) for name in shown]
        print(f"| {share:g} | {selection:g} | " + " | ".join(gains) + " |")


def values_table(result, **fixed):
    names = result.names("anchored_parameter")
    print("| causal share | selection | " + " | ".join(names) + " |\n|---|---|" + "---|" * len(names))
    for share, selection, s in dials(result, **fixed):
        values = result.data["anchored_value"][s]
        shown = [f"{value / 30.4375:.1f} mo" if name == "relapse_median" else f"{value:.2f}" for name, value in zip(names, values)]
        print(f"| {share:g} | {selection:g} | " + " | ".join(shown) + " |")


def french_table(result, **fixed):
    """Median and 95 % of cohorts, and the predictive probability of what was published."""
    names = result.names("target")
    print("| causal share | selection | survival gap at 3 years | hazard ratio of death | of relapse or death |\n|---|---|---|---|---|")
    for share, selection, s in dials(result, **fixed):
        cells = []
        for name, scale in (("os_3y_gap", 100), ("os_hr", 1), ("rfs_hr", 1)):
            k = names.index(name)
            quantiles = list(numpy.round(result.data["cohort_quantile"], 3))
            low, middle, high = (scale * result.data["target_predictive"][s, 0, k][quantiles.index(q)] for q in (0.025, 0.5, 0.975))
            digits = 0 if scale == 100 else 2
            cells.append(f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f}), p {result.data['target_predictive_p'][s, 0, k]:.3f}")
        print(f"| {share:g} | {selection:g} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("map")
    parser.add_argument("french")
    parser.add_argument("-o", "--output", default="docs/timing_map.svg")
    asked = parser.parse_args()
    result, french = Result(asked.map), Result(asked.french)
    draw(result, asked.output)
    reference = {"early_death": 0.1, "cr2_lt18": 0.49}
    decision_table(result, **reference)
    print()
    means_table(result, **reference)
    print()
    values_table(result, **reference)
    print()
    french_table(french)
    for name, found in (("map", result), ("French", french)):
        hold = found.data["anchors_hold"]
        print(f"\n{name}: anchors hold in {hold.sum()} of {len(hold)} cells")


if __name__ == "__main__":
    main()
