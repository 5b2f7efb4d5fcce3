"""Running the simulator from a test: one object per executable, one call per verb.

Tests use the program only as a user does, through its command line and its result files, so that
nothing here shares code with what is tested.
"""
import json
import os
import subprocess
import tempfile

from results import Results


class RunFailed(Exception):
    """The program ended with another exit code than 0; carries the code and what it said."""

    def __init__(self, command, code, message):
        super().__init__(f"exit code {code} from: {' '.join(command)}\n{message}")
        self.code = code
        self.message = message


class Program:
    """An executable and a folder for the files it reads and writes.

    The folder goes when the object is closed; use it in a `with` statement.
    """

    def __init__(self, path, threads=2):
        self.path = os.path.abspath(path)
        self.threads = threads
        self._folder = tempfile.TemporaryDirectory(prefix="sequela-test-")
        self.folder = self._folder.name
        self._runs = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def call(self, *arguments):
        """Standard output of one call; RunFailed unless it ended with 0."""
        command = [self.path, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RunFailed(command, done.returncode, done.stderr)
        return done.stdout

    def run_file(self, experiment, patients=None, seed=None, threads=None, settings=None,
                 flags=()):
        """Run an experiment file; return the path of the result file."""
        self._runs += 1
        out = os.path.join(self.folder, f"run{self._runs}.h5")
        arguments = ["run", experiment, "-o", out, "--quiet", "-j", threads or self.threads]
        if patients is not None:
            arguments += ["-n", int(patients)]
        if seed is not None:
            arguments += ["-s", seed]
        for name, value in (settings or {}).items():
            arguments += ["--set", f"{name}={value}"]
        self.call(*arguments, *flags)
        return out

    def run(self, experiment, **options):
        """Run an experiment (a path, or a dictionary that is written first); return Results."""
        if isinstance(experiment, dict):
            experiment = self.write(experiment["experiment"], experiment)
        return Results(self.run_file(experiment, **options))

    def digest(self, result_path):
        """Hash of everything outside /provenance."""
        return self.call("digest", result_path).split()[0]

    def write(self, name, content):
        """Write a dictionary as a file of the language and return its path.

        JSON is YAML as well, so no YAML writer is needed. Numbers written as text carry units.
        """
        path = os.path.join(self.folder, name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
        return path
