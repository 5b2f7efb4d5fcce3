"""Running what is compared, and taking ratios from repetitions in turn.

The machine is shared and its clock changes, so a single time says little. Contestants run one after the other in every
round; a ratio is formed within a round, and the median over rounds is what counts. Times are processor seconds of the
simulation itself (patients lived and outcomes summed), as each program states them, unless said otherwise.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from results import Results  # noqa: E402

BY_HAND = ("illness_death", "illness_death_simd", "salvage")


class Bench:
    """The simulator, the folder of the hand-written programs, and how much work to do."""

    def __init__(self, program, folder, rounds=5, scale=1.0):
        self.program, self.folder = os.path.abspath(program), folder
        self.rounds, self.scale = rounds, scale
        self._results = tempfile.TemporaryDirectory(prefix="sequela-benchmark-")
        self.results = self._results.name
        self.narrower = ("avx2",) if "avx512f" in machine(program)["instruction_sets"] else ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._results.cleanup()

    def patients(self, number):
        """How many patients to take where a full benchmark takes this many."""
        return max(100, int(number * self.scale))

    def simulator(self, experiment, patients, *flags, threads=1, seed=1, engine="columnar", out="result.h5"):
        """Run an experiment; its facts, with the path of the result, the whole process's peak memory [bytes] and
        processor seconds."""
        out = os.path.join(self.results, out)
        command = [self.program, "run", experiment, "-o", out, "--quiet", "-n", str(patients), "-j", str(threads),
                   "-s", str(seed), "--engine", engine, "--yes", *flags]
        done = subprocess.run([os.path.join(self.folder, "usage"), *command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"exit code {done.returncode} from {' '.join(command)}\n{done.stderr}")
        result = Results(out)
        facts = {name: float(result.file["provenance/" + name][()])
                 for name in ("patients", "lives", "firings", "cpu_seconds", "busiest_thread_seconds", "busy_seconds")}
        facts["seconds"] = facts["cpu_seconds"]
        facts.update(json.loads(done.stderr.splitlines()[-1]), result=result)
        return facts

    def by_hand(self, name, patients, seed=1):
        """Run a hand-written program; what it printed."""
        return self.json([os.path.join(self.folder, name + "_by_hand"), str(patients), str(seed)])

    def in_numpy(self, name, patients, seed=1):
        return self.json([sys.executable, os.path.join(HERE, "twin_numpy.py"), name, str(patients), str(seed)])

    @staticmethod
    def json(command):
        environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        return json.loads(done.stdout)

    def in_turn(self, contestants):
        """{name: function without arguments} -> {name: [what it returned in each round]}."""
        seen = {name: [] for name in contestants}
        for _ in range(self.rounds):
            for name, contestant in contestants.items():
                seen[name].append(contestant())
        return seen


def per_patient(facts):
    """Nanoseconds of processor time a patient."""
    return 1e9 * facts["seconds"] / facts["patients"]


def ratio(above, below):
    """Median over rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(above, below))


def experiment(name):
    """An experiment of this folder, or of configs/."""
    return os.path.join(HERE, name + ".yaml")


def machine(program):
    """What a figure depends on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        facts = dict(line.split(":", 1) for line in file if ":" in line)
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    flags = facts.get("flags", "").split()
    return {"processor": facts.get("model name", "unknown"), "cores": os.cpu_count(),
            "instruction_sets": [name for name in ("avx2", "fma", "avx512f", "avx512dq", "avx512vl") if name in flags],
            "load": os.getloadavg()[0], "version": version.split("\n")[:-1]}
