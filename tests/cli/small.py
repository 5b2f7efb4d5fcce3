"""A small study in a folder of its own, and a way to call the program there."""
import os
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])

MODEL = """\
model: small
title: A small model with "quotes" & one drug
currency: EUR
categories:
  treatment: [nothing, drug]
attributes:
  age: time
  treatment: {type: treatment, initial: nothing}
states:
  well:
  ill:
  dead: {death: true}
start:
  state: well
events:
  fall_ill:
    while: [well]
    time: {exponential: {rate: rate_ill}}
    do:
      - mark: noticed
      - decide: treat
    goto: ill
  look_back:
    while: [ill]
    time: {fixed: 30 d}
    do:
      - mark: looked
  die:
    while: alive
    time: {exponential: {rate: "if(state == ill, rate_death_ill, rate_death)"}}
    changes: follow
    goto: dead
decisions:
  treat:
    of: treatment
    do:
      - set: {treatment: treat}
    options:
      drug:
        - pay: {drug: 1000 EUR}
utility: {well: 1, ill: u_ill}
costs:
  drug: 0 EUR/y
  care: {ill: 100 EUR/mo}
"""

EXPERIMENT = """\
experiment: small
title: A small study – Müller's
model: model.yaml
parameters:
  rate_ill: {value: 0.3/y, unit: rate, source: "A book, page 3", class: sourced}
  rate_death: {value: 0.05/y, unit: rate, class: structural, note: made up}
  rate_death_ill: {value: 0.4/y, unit: rate, range: [0.2/y, 0.8/y], class: judgement, note: made up}
  u_ill: {value: 0.7, unit: utility}
horizon: 20 y
patients: 5000
seed: 3
population:
  attributes:
    age: 50 y
strategies:
  wait:
    title: Wait
    decisions:
      treat:
        - {choose: nothing}
  act:
    title: Treat at once
    set: {rate_death_ill: 0.2/y}
    decisions:
      treat:
        - {choose: drug}
reference: wait
discount: {rate: 3 %, kind: effective, from: index}
outputs:
  grid: {to: 10 y, every: 1 mo}
  quantiles: [0.25, 0.5, 0.75]
endpoints:
  os: {events: death}
targets:
  book_os_3y:
    what: {survival: os, at: 3 y, strategy: wait}
    published: 40 of 60
    source: A book, page 9
    use: unfitted
"""


def study():
    """A temporary folder that holds model.yaml and small.yaml, made the working directory."""
    folder = tempfile.TemporaryDirectory(prefix="sequela-cli-")
    os.chdir(folder.name)
    for name, text in (("model.yaml", MODEL), ("small.yaml", EXPERIMENT)):
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def call(*arguments, **more):
    """One call; the finished process with its output as text."""
    more.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, text=True,
                          check=False, timeout=120, **more)


def must(*arguments, **more):
    """Standard output of a call that must succeed."""
    done = call(*arguments, **more)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    return done.stdout
