#!/usr/bin/python3
"""Emulated cohorts at the terminal: what is noted of patients for them is seen nowhere, changes nothing else, and both
engines note the same; `check` tells in words what will be done; strategies that are left out take their cohorts with them."""
import sys

import h5py
import numpy as np

import small

COHORTS = """
emulate:
  sick_ones:
    title: Who fell ill
    strategy: act
    cohort: os_ill
    groups: {early: now < 2 y, later: rest}
    covariates: {decades: "(age + now) / 10 y", drug: treatment == drug}
    size: 12
    cohorts: 40
    follow up: {uniform: {min: 1 y, max: 6 y}}
    drop out: {exponential: {rate: 0.02/y}}
    estimates:
      alive: {survival: os_ill, at: 2 y}
      half: {median: os_ill}
      ratio: {hazard ratio: os_ill, of: early, adjusted for: decades}
  all_who_wait: {strategy: wait, cohort: os, size: 30, cohorts: 20, estimates: {alive: {survival: os, at: 3 y}}}
"""
TARGETS = """  sick_half:
    what: {estimate: sick_ones.half}
    published: 20 mo
    source: A book, page 10
"""


def write(name, emulated):
    text = small.EXPERIMENT.replace("targets:\n", "  os_ill: {index: ill, events: death}\ntargets:\n", 1)
    with open(name, "w", encoding="utf-8") as file:
        file.write(text + TARGETS + COHORTS if emulated else text)


def check_hidden():
    """In no table, trace or picture, and no other number is another one."""
    for name, emulated in (("with.yaml", True), ("without.yaml", False)):
        write(name, emulated)
        small.must("run", name, "-o", name.replace("yaml", "h5"), "--quiet", "-n", "2000", "--patients-table", "--event-log")
    with h5py.File("with.h5") as one, h5py.File("without.h5") as other:
        for group in ("patients", "event_log"):
            for strategy in ("wait", "act"):
                table, plain = one[group][strategy], other[group][strategy]
                assert set(table) == set(plain), set(table) ^ set(plain)
                for column in plain:
                    assert (table[column][()] == plain[column][()]).all(), column
        for name in ("survival", "qalys", "total_cost", "event_count"):
            assert np.array_equal(one[name][()], other[name][()], equal_nan=True), name
    assert "emulate." not in small.must("trace", "with.yaml", "--patient", "3", "--strategy", "act")
    assert small.must("trace", "with.yaml", "--patient", "3", "--strategy", "act") == \
           small.must("trace", "without.yaml", "--patient", "3", "--strategy", "act")
    assert small.must("graph", "with.yaml") == small.must("graph", "without.yaml")
    with open("ask.yaml", "w", encoding="utf-8") as file:
        file.write(open("with.yaml", encoding="utf-8").read() + "utility: emulate.sick_ones.follow_up / 100 y\n")
    assert small.call("check", "ask.yaml").returncode == 2


def check_words():
    said = " ".join(small.must("check", "with.yaml").split())
    for words in ("sick_ones: Who fell ill 40 cohorts of 12, of patients of act who enter os_ill",
                  "groups, the first that holds: early if now < 2 y, later the rest",
                  "covariates at index: decades = (age + now) / 10 y, drug = treatment == drug",
                  "observed from index for uniform (min 1 y, max 6 y), lost after exponential (rate 0.02/y)",
                  "alive: survival of os_ill at 2 y", "half: median of os_ill",
                  "ratio: hazard ratio of early for os_ill, adjusted for decades",
                  "sick_half: {estimate: sick_ones.half} sick_ones: median of os_ill"):
        assert words in said, (words, said)
    assert "emulate." not in said


def check_engines():
    """The cohorts are the same, whoever lived the lives and however many did."""
    digests = set()
    for options in (["--engine", "reference"], ["-j", "1"], ["-j", "3"], ["--isa", "scalar"]):
        small.must("run", "with.yaml", "-o", "engine.h5", "--quiet", "-n", "3000", *options)
        digests.add(small.must("digest", "engine.h5").split()[0])
    assert len(digests) == 1, digests


def check_left_out():
    small.must("run", "with.yaml", "-o", "wait.h5", "--quiet", "-n", "2000", "--strategy", "wait")
    with h5py.File("wait.h5") as file:
        assert [name.decode() for name in file["emulation"][()]] == ["all_who_wait"]
        assert [name.decode() for name in file["target"][()]] == ["book_os_3y"]


def main():
    folder = small.study()
    check_hidden()
    check_words()
    check_engines()
    check_left_out()
    folder.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
