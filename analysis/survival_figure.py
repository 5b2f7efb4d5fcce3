#!/usr/bin/env python3
"""Draws overall survival by strategy from a result file.

    python3 analysis/survival_figure.py results/blina_timing.h5 docs/survival.svg --since relapse

Any result with an endpoint will do. The same file gives the same picture byte for byte (with the same matplotlib): no date, no random
identifiers, text kept as text.
"""
import argparse
import textwrap

import h5py
import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

# Okabe and Ito's colours, told apart by colour-blind eyes as well.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#555555", "#E69F00", "#56B4E9"]
LINES = ["-", "-", "-", (0, (4, 2))]  # two curves that coincide are seen to be two
STYLE = {
    "svg.hashsalt": "sequela",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def texts(dataset):
    return [value.decode() if isinstance(value, bytes) else value for value in dataset[()]]


def read(path, endpoint):
    """Strategies with their titles, times in years, survival[strategy, time], number of patients."""
    with h5py.File(path, "r") as file:
        endpoints = texts(file["endpoint"])
        index = endpoints.index(endpoint) if endpoint else 0
        return {
            "endpoint": endpoints[index],
            "names": texts(file["strategy"]),
            "titles": texts(file["strategy_title"]),
            "time": file["time"][()],
            "survival": file["survival"][0, 0, :, index, :],
            "patients": int(file["n_patients"][0, 0]),
        }


def spread(wanted, gap):
    """Heights for labels, as near to those wanted as leaves `gap` between any two."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    heights = list(wanted)
    for _ in range(200):
        for low, high in zip(order, order[1:]):
            lack = gap - (heights[high] - heights[low])
            if lack > 0:
                heights[low] -= lack / 2
                heights[high] += lack / 2
    return heights


def draw(data, years, since, out):
    shown = data["time"] <= years + 1e-9
    time, survival = data["time"][shown], 100 * data["survival"][:, shown]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(9, 4.6))
        heights = spread([curve[-1] for curve in survival], 9.5)
        for i, curve in enumerate(survival):
            colour = COLOURS[i % len(COLOURS)]
            axes.plot(time, curve, color=colour, linewidth=2, linestyle=LINES[i % len(LINES)])
            title = textwrap.fill(data["titles"][i] or data["names"][i], 50)
            axes.annotate(f"{data['names'][i]}: {title}", (time[-1], curve[-1]), (years * 1.03, heights[i]),
                          va="center", color=colour, fontsize=9.5, annotation_clip=False,
                          arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6,
                                      "relpos": (0, 0.5)})
        axes.set(xlim=(0, years), ylim=(0, 100), xlabel=f"years since {since}",
                 ylabel="alive, %" if data["endpoint"] == "os" else "free of the event, %")
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        patients = f"{data['patients']:,}".replace(",", " ")
        axes.set_title(f"Simulated: {patients} virtual patients under each strategy. A model, not a trial.",
                       loc="left", fontsize=10.5)
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("result", help="a result file of `sequela run`")
    parser.add_argument("picture", help="the SVG file to write")
    parser.add_argument("--endpoint", help="an endpoint of the file; the first if left out")
    parser.add_argument("--years", type=float, default=5.0, help="how far (default: 5)")
    parser.add_argument("--since", default="index", help="what time zero is called (default: index)")
    options = parser.parse_args()
    draw(read(options.result, options.endpoint), options.years, options.since, options.picture)


if __name__ == "__main__":
    main()
