#!/usr/bin/python3
"""Two executions of one model agree to the bit: the reference interpreter, and the columnar engine
however many patients it has in flight, with any number of threads and any instruction set.

Models are random over the whole language (random_model.py), the same for a number. Each is run once by the
reference and then in several variants; what every run leaves (event log, patient tables, all
results outside /provenance; of a life that goes wrong the message) must be equal. In turn the models
meet all variants. Further ones go wrong in some lives (random_wrong.py). One that fails is shrunk
(shrink.py) and kept in a folder that the message names; those that found bugs once are in `kept/` and
run first, with the experiments of `configs/`.

    engines.py PROGRAM                 40 models, few patients
    engines.py PROGRAM --long          500 models, more patients and variants
    engines.py PROGRAM --self-check    wrong answers must be noticed
    engines.py PROGRAM --models 17-20  these only, in all variants; --wrong "a law" makes them go wrong so
"""
import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from random_model import random_model
from random_wrong import RARE, WRONG
from shrink import shrunk

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = os.path.join(HERE, "kept")
CONFIGS = os.path.join(HERE, "..", "..", "configs")

REFERENCE = ("--engine", "reference", "-j", "1")
BATCHES = (1, 2, 7, 64, 4096)  # patients in flight per thread
THREADS = (1, 2, 3)
ISAS = ("scalar", "avx2", "avx512")

BOTH = ("--event-log", "--patients-table")
TABLES = (BOTH, (), BOTH, ("--patients-table",))
AT_ONCE = 2       # runs at the same time
QUICK, LONG = 40, 500
EACH_QUICK, EACH_LONG = 3, 8   # variants a model meets
# Numbers of patients that models meet in turn; above 4,096 there is more than one block to share out.
PATIENTS_QUICK = (1, 9, 37, 70, 5, 130, 33, 4200)
PATIENTS_LONG = (64, 129, 500, 1000, 7, 4097, 300, 9000)
KEPT_FLAGS = ("-n", "50", *BOTH)
PUBLISHED_FLAGS = ("-n", "300", *BOTH)  # enough for a cohort of any emulated study
NOBODY = "not one cohort of"  # what is said where nobody comes into an emulated cohort
PATIENTS_WRONG, PATIENTS_RARE = 500, 9000  # enough for some lives to go wrong


# ---- running a model -----------------------------------------------------------------------------

@dataclass(frozen=True)
class Case:
    """A random model, which may be made to go wrong, and how many patients live it."""
    number: int
    patients: int
    wrong: str = ""

    def files(self):
        return random_model(self.number, self.wrong)

    def flags(self):
        """What is run: as many patients, and in turn with rows per patient and event, and without."""
        return ("-n", str(self.patients), *TABLES[(self.number + self.number // 8) % len(TABLES)])

    def name(self):
        return f"model{self.number}" + "".join(f"_{word}" for word in self.wrong.split())


@dataclass(frozen=True)
class Ending:
    """What a run leaves: the exit code, and the hash of the result or what was said."""
    code: int
    left: str


class Runner:
    """Runs models written to folders of a temporary one, in the variants that this machine has."""

    def __init__(self, program, folder):
        self.program, self.folder = os.path.abspath(program), folder
        self.written = itertools.count()
        folder = self.write(random_model(0))
        present = [isa for isa in ISAS if self._is_present(folder, isa)]
        self.variants = [("--engine", "columnar", "--batch", str(batch), "-j", str(threads), "--isa", isa)
                         for batch in BATCHES for threads in THREADS for isa in present]

    def _is_present(self, folder, isa):
        """Whether the processor has an instruction set: the program refuses those that it has not."""
        ending = self.run(folder, "-n", "1", "--engine", "columnar", "--isa", isa)
        return not (ending.code == 2 and "this processor cannot run" in ending.left)

    def write(self, files):
        """Write the files of a model; the folder."""
        folder = os.path.join(self.folder, f"m{next(self.written)}")
        os.makedirs(folder)
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        return folder

    def call(self, folder, *arguments):
        return subprocess.run([self.program, *arguments], cwd=folder, capture_output=True, text=True,
                              check=False, errors="replace")

    def run(self, folder, *flags, experiment="experiment.yaml"):
        """How a run of an experiment in a folder ends."""
        out = os.path.join(self.folder, f"out{next(self.written)}.h5")
        done = self.call(folder, "run", experiment, "-o", out, "--quiet", "--yes", *flags)
        if done.returncode != 0:
            return Ending(done.returncode, done.stderr)
        digest = self.call(folder, "digest", out).stdout.split()
        os.unlink(out)
        return Ending(0, digest[0] if digest else "no digest")

    def compared(self, folder, variants, flags, experiment="experiment.yaml"):
        """How the reference ends, and the first of the variants that ends otherwise with its ending, or None twice."""
        expected = self.run(folder, *flags, *REFERENCE, experiment=experiment)
        for variant in variants:
            found = self.run(folder, *flags, *variant, experiment=experiment)
            if found != expected:
                return expected, variant, found
        return expected, None, None


# ---- which model meets which variants ------------------------------------------------------------

STEP = 7  # shares no factor with the number of variants: 15, 30 or 45


def variants_of(variants, number, each):
    """`each` of the variants, others for every model, so that all are met in turn."""
    return [variants[(number * each + i) * STEP % len(variants)] for i in range(each)]


# ---- judging -------------------------------------------------------------------------------------

def says(expected, variant, found):
    """A sentence on a difference."""
    what = f"{' '.join(variant)} differs from the reference"
    if expected.code == found.code == 0:
        return f"{what}: other results"
    return f"{what}: exit code {found.code} instead of {expected.code}\n  reference: " \
           f"{expected.left.strip()[-600:]}\n  variant:   {found.left.strip()[-600:]}"


def keep(runner, case, variant, kept):
    """Shrink a failing model and keep it; the folder."""
    def fails(candidate):
        folder = runner.write(candidate)
        expected, differing, _ = runner.compared(folder, [variant], case.flags())
        shutil.rmtree(folder)
        return differing is not None and expected.code != 2
    smaller = shrunk(case.files(), fails)
    folder = os.path.join(kept, case.name())
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(runner.write(smaller), folder)
    return folder


def judge_case(runner, case, variants, kept):
    """None, or what is wrong with this model."""
    folder = runner.write(case.files())
    expected, variant, found = runner.compared(folder, variants, case.flags())
    shutil.rmtree(folder)
    wanted = 1 if case.wrong or NOBODY in expected.left else 0
    if expected.code != wanted:
        return f"{case.name()} ends with {expected.code}, which should be {wanted}:\n{expected.left}"
    if variant is None:
        return None
    small = keep(runner, case, variant, kept)
    return f"{case.name()}, {' '.join(case.flags())}: {says(expected, variant, found)}\n" \
           f"  a smaller model that fails is in {small}"


def judge_kept(runner, name):
    """A model that found a bug once."""
    expected, variant, found = runner.compared(os.path.join(KEPT, name), runner.variants[::STEP], KEPT_FLAGS)
    return variant and f"kept model {name}: {says(expected, variant, found)}"


def experiments():
    """The files of configs/ that can be run; none whose scenarios are fitted first, in a run of its own each."""
    for name in sorted(os.listdir(CONFIGS)):
        if not name.endswith(".yaml"):
            continue
        with open(os.path.join(CONFIGS, name), encoding="utf-8") as file:
            sections = {line.partition(":")[0] for line in file if line[:1].isalpha()}
        if "experiment" in sections and not sections & {"calibrate", "validate", "anchors"}:
            yield name


def judge_experiment(runner, name, number):
    """A published model, in one variant."""
    expected, variant, found = runner.compared(CONFIGS, variants_of(runner.variants, number, 1), PUBLISHED_FLAGS, name)
    if expected.code != 0:
        return f"{name} ends with {expected.code}:\n{expected.left}"
    return variant and f"{name}: {says(expected, variant, found)}"


def in_turn(tasks):
    """Runs tasks, some at once; what they found wrong."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [wrong for wrong in pool.map(lambda task: task(), tasks) if wrong]


def cases_of(options):
    """The models of a run: right ones, and one of each way to go wrong."""
    patients = PATIENTS_LONG if options.long else PATIENTS_QUICK
    wrong = enumerate(list(WRONG) * (4 if options.long else 1)) if not options.models else ()
    numbers = numbers_of(options)
    right = [Case(number, options.patients or patients[number % len(patients)], options.wrong) for number in numbers]
    return right + [Case(1000 + i, PATIENTS_RARE if kind == RARE else PATIENTS_WRONG, kind) for i, kind in wrong]


def tasks_of(runner, options):
    each = EACH_LONG if options.long else EACH_QUICK
    for case in cases_of(options):
        variants = runner.variants if options.models else variants_of(runner.variants, case.number, each)
        yield lambda case=case, variants=variants: judge_case(runner, case, variants, options.keep)


# ---- the check of the check ----------------------------------------------------------------------

def must_notice(runner, number):
    """What a comparison that sees nothing would let pass: another seed, one patient more."""
    folder = runner.write(random_model(number))
    right = runner.run(folder, *REFERENCE, "-n", "40")
    wrong = {"another seed": runner.run(folder, *REFERENCE, "-n", "40", "-s", "987654"),
             "one patient more": runner.run(folder, *REFERENCE, "-n", "41")}
    again = runner.run(folder, *REFERENCE, "-n", "40")
    found = [f"model {number}: did not notice {name}" for name, ending in wrong.items() if ending == right]
    if again != right:
        found.append(f"model {number}: the same run differs from itself")
    return "\n".join(found)


def flipped_bit(runner, number):
    """One bit of one number in each part of a result, which its digest must show."""
    import h5py
    folder = runner.write(random_model(number))
    path = os.path.join(folder, "out.h5")
    runner.call(folder, "run", "experiment.yaml", "-o", "out.h5", "-n", "20", "--quiet", *BOTH)
    right = runner.call(folder, "digest", "out.h5").stdout
    missed = []
    with h5py.File(path) as file:
        strategy = next(iter(file["event_log"]))
    for name in ("life_years", f"event_log/{strategy}/time", f"patients/{strategy}/survival_time"):
        with h5py.File(path, "r+") as file:
            values = file[name][()]
            values.reshape(-1).view("i8")[-1] ^= 1
            file[name][...] = values
        found = runner.call(folder, "digest", "out.h5").stdout
        if found == right or not found:
            missed.append(f"model {number}: did not notice one bit of {name}")
        right = found
    return "\n".join(missed)


def shrinks(runner, number):
    """A model shrunk to what 'fails' (here: it lives, with a hazard ratio) is small and still loads."""
    files = random_model(number)

    def fails(candidate):
        folder = runner.write(candidate)
        ending = runner.run(folder, "-n", "2", *REFERENCE)
        shutil.rmtree(folder)
        return ending.code == 0 and '"hazard ratio"' in candidate["model.yaml"]
    if '"hazard ratio"' not in files["model.yaml"] or not fails(files):
        return None
    small = shrunk(files, fails)
    size = [sum(map(len, version.values())) for version in (files, small)]
    if size[1] < size[0] / 5 and fails(small):
        return None
    return f"model {number}: shrunk from {size[0]} to {size[1]} only"


def self_check(runner):
    sound = [number for number in range(8)
             if runner.run(runner.write(random_model(number)), "-n", "40").code == 0]
    tasks = [lambda number=number: must_notice(runner, number) for number in sound]
    tasks += [lambda: flipped_bit(runner, sound[0]), lambda: shrinks(runner, sound[1])]
    return in_turn(tasks)


# ---- the command line ----------------------------------------------------------------------------

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program", help="the sequela executable")
    parser.add_argument("--long", action="store_true", help=f"{LONG} models")
    parser.add_argument("--self-check", action="store_true", help="wrong answers must be noticed")
    parser.add_argument("--models", metavar="A-B", help="these models only, in all variants")
    parser.add_argument("--wrong", metavar="KIND", default="", choices=["", *WRONG],
                        help="make them go wrong in this way")
    parser.add_argument("--patients", type=int, metavar="N", help="so many in every model")
    parser.add_argument("--keep", default="equality_failures", metavar="FOLDER", help="where failing models are kept")
    return parser.parse_args()


def numbers_of(options):
    if not options.models:
        return range(LONG if options.long else QUICK)
    first, _, last = options.models.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    options = arguments()
    options.keep = os.path.abspath(options.keep)
    with tempfile.TemporaryDirectory(prefix="sequela-equality-") as folder:
        runner = Runner(options.program, folder)
        if options.self_check:
            wrong = self_check(runner)
        else:
            kept, real = ([], []) if options.models else (sorted(os.listdir(KEPT)), experiments())
            wrong = in_turn([*(lambda name=name: judge_kept(runner, name) for name in kept),
                             *(lambda i=i, name=name: judge_experiment(runner, name, i) for i, name in enumerate(real)),
                             *tasks_of(runner, options)])
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
