"""Files and sessions shown in the documents are real: the files are written, the commands run, the
output compared.

Each document has an empty folder of its own in which `configs` and `models` are those of the
repository. In a session a line `$ COMMAND` is run with the program under test on PATH; the lines after it
are its output, standard error included, in order and without gaps, except that `...` on a line of its
own stands for lines left out and `...` inside a line for any text. A block with `exit=N` expects that
exit code of its last command, and 0 otherwise. With `patients=N` every `sequela run` gets `-n N`, and
any number stands for any other: the numbers shown there are those of a long run. A block with
`needs=TOOL`, `needs=python:PACKAGE` or `needs=R:PACKAGE` is left out, and said to be, where that is missing.
"""
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import markdown

NUMBER = re.compile(r"[-+]?(?:\d+(?:[ \u00a0\u202f,_]\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?|nan)\b")
TIMEOUT = 300


def text_pattern(text, any_number):
    """A regular expression for a piece of a line without `...`."""
    if not any_number:
        return re.escape(text)
    pieces = [re.escape(piece) for piece in NUMBER.split(text)]
    pattern = NUMBER.pattern.join(re.sub(r"(?:\\ )+", r"\\s+", piece) for piece in pieces)
    return re.sub("─+", "─+", pattern)  # tables are as wide as their numbers


def line_pattern(shown, any_number):
    """A regular expression for a line of output as shown."""
    parts = [text_pattern(part, any_number) for part in shown.rstrip().split("...")]
    return re.compile("^" + ".*".join(parts) + r"\s*$")


def first_missing(shown, output, any_number):
    """The first shown line that the output does not have in its place; None if all are there."""
    at, gap = 0, False
    segments, segment = [], []
    for line in shown + ["..."]:
        if line.strip() != "...":
            segment.append(line)
            continue
        if segment:
            segments.append((segment, gap))
        segment, gap = [], True
    for lines, may_skip in segments:
        patterns = [line_pattern(line, any_number) for line in lines]
        starts = range(at, len(output)) if may_skip else [at]
        best = 0
        for start in starts:
            matched = 0
            while matched < len(patterns) and start + matched < len(output) \
                    and patterns[matched].match(output[start + matched]):
                matched += 1
            best = max(best, matched)
            if matched == len(patterns):
                at = start + matched
                break
        else:
            return lines[best]
    return None


def steps(block):
    """The commands of a session, each with the lines shown under it."""
    found = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found and not found[-1][1] and found[-1][0].endswith("\\"):
            found[-1][0] += "\n" + line.lstrip("> ")
        elif not found:
            raise ValueError(f"{block.where()}: output before the first command")
        else:
            found[-1][1].append(line)
    return found


def trimmed(lines):
    """Without empty lines at the end."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


class Session:
    """A document's folder and the environment its commands run in."""

    def __init__(self, folder, programs):
        self.folder = folder
        self.environment = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="120",
                                PATH=programs + os.pathsep + os.environ["PATH"])

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def command(self, text, patients):
        if patients is None or not text.startswith("sequela run "):
            return text
        return text.replace("sequela run ", f"sequela run -n {shlex.quote(patients)} ", 1)

    def complaints(self, block):
        """Runs a session; says what was not as shown."""
        patients = block.attributes.get("patients")
        todo = steps(block)
        for i, (text, shown) in enumerate(todo):
            wanted = int(block.attributes.get("exit", 0)) if i + 1 == len(todo) else 0
            done = subprocess.run(["bash", "-c", self.command(text, patients)], cwd=self.folder,
                                  env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=TIMEOUT, check=False)
            if done.returncode != wanted:
                yield (f"{block.where()}: exit code {done.returncode}, not {wanted}, from: {text}\n"
                       + done.stdout)
                continue
            missing = first_missing(trimmed(shown), done.stdout.splitlines(), patients is not None)
            if missing is not None:
                yield f"{block.where()}: {text}\n  shows   {missing}\n  but says\n{done.stdout}"


def there(needed):
    """Whether a TOOL, or a package of `python:PACKAGE` or `R:PACKAGE`, is installed."""
    language, _, package = needed.rpartition(":")
    if language == "python":
        return importlib.util.find_spec(package) is not None
    if language == "R":
        ask = f'quit(status = as.integer(!requireNamespace("{package}", quietly = TRUE)))'
        return there("Rscript") and subprocess.run(["Rscript", "-e", ask], check=False,
                                                   stderr=subprocess.DEVNULL).returncode == 0
    return shutil.which(package) is not None


def run_document(root, document, programs):
    """Complaints about one document, and how many files and sessions it has."""
    complaints, files, sessions = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="sequela-docs-") as folder:
        for name in ("configs", "models"):
            os.symlink(os.path.join(root, name), os.path.join(folder, name))
        os.mkdir(os.path.join(folder, "results"))
        session = Session(folder, programs)
        for block in markdown.blocks(root, document):
            if "file" in block.attributes:
                session.write(block.attributes["file"], block.text())
                files += 1
            elif not there(block.attributes.get("needs", "sh")):
                print(f"{block.where()}: not run, {block.attributes['needs']} is missing")
            elif block.language == "console":
                complaints += session.complaints(block)
                sessions += 1
    return complaints, files, sessions


def self_check():
    """The comparison notices what it must."""
    output = ["a 1", "b 2.5 s", "c", "d"]
    fine = [["a 1", "b 2.5 s"], ["...", "c"], ["a 1", "...", "d"], ["a 1", "b ... s", "c"], []]
    wrong = [["b 2.5 s"], ["a 2"], ["a 1", "c"], ["...", "d", "c"], ["...", "e"]]
    assert all(first_missing(shown, output, False) is None for shown in fine)
    assert all(first_missing(shown, output, False) is not None for shown in wrong)
    assert first_missing(["a 17", "b   -0.31e-5 s"], output, True) is None
    assert first_missing(["a  17 674", "b 1 s"], ["a -1 234 567.5", "b 2 s"], True) is None
    assert first_missing(["x 17"], output, True) is not None


def main():
    root, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    self_check()
    complaints, files, sessions = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="sequela-bin-") as programs:
        os.symlink(program, os.path.join(programs, "sequela"))
        os.symlink(sys.executable, os.path.join(programs, "python3"))
        for document in sys.argv[3:] or markdown.documents(root):
            found = run_document(root, document, programs)
            complaints += found[0]
            files += found[1]
            sessions += found[2]
    for complaint in complaints:
        print("FAILED " + complaint)
    print(f"documents: {files} files and {sessions} sessions shown, {len(complaints)} not as shown")
    if files == 0 or sessions == 0:
        print("FAILED nothing was found to run: have the conventions of the documents changed?")
        return 1
    return 1 if complaints else 0


sys.exit(main())
