"""`sequela new`: the project runs at once and without a warning; wrong names and places leave nothing behind."""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys

import small

NAMES = ["first", "a-study_2", "Z" * 64]
WRONG = [  # operand, phrase
    ("3x", "'3x' cannot name a study; expected a letter"),
    (".", "'.' cannot name a study"),
    ("..", "'..' cannot name a study"),
    ("''", "'' cannot name a study"),
    ("/", "'' cannot name a study"),
    ("new.yaml", "'new.yaml' cannot name a study"),
    ("größe", "cannot name a study"),
    ("Z" * 65, "64 at most"),
    ("full", "full: is a folder with something in it"),
    ("full/", "full: is a folder with something in it"),
    ("file", "file: exists and is not a folder"),
    ("link", "link: exists and is not a folder"),
    ("missing/first", "missing/first: cannot be created: No such file or directory"),
    ("file/first", "file/first: cannot be created: Not a directory"),
    ("/proc/first", "/proc/first: cannot be created"),
]


def check_runs(name):
    """new, then the three commands as it prints them."""
    said = small.must("new", name).splitlines()
    before = os.getcwd()
    assert said[0].startswith(f"{name} holds a study that runs"), said
    assert said[1] == f"  cd {name}", said
    os.chdir(name)
    texts = []
    for line in said[2:]:
        words = line.split()
        assert words[0] == "sequela", line
        done = small.call(*words[1:], stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (line, done.stderr)
        assert "warning" not in done.stderr, done.stderr
        texts.append(done.stdout)
    assert [line.split()[1] for line in said[2:]] == ["check", "run", "summary"], said
    assert "Checked: no errors, 0 warnings." in texts[0], texts[0]
    assert texts[1] == texts[2] and "New treatment" in texts[1], texts[1]
    with open("README.md", encoding="utf-8") as file:
        readme = file.read()
    for line in said[2:]:
        assert line.strip() in readme, (line, readme)
    written = [os.path.join(folder, file) for folder, _, files in os.walk(".") for file in files]
    for path in written:
        if not path.endswith(".h5"):
            with open(path, encoding="utf-8") as file:
                assert "@NAME@" not in file.read(), path
    check_schemas(name)
    assert f"./{name}.yaml" in written and "./model.yaml" in written and "./parameters.yaml" in written
    os.chdir(before)
    return len(written)


def check_schemas(name):
    """The schema that a file names in its first line is there."""
    for path in (f"{name}.yaml", "model.yaml", "parameters.yaml"):
        with open(path, encoding="utf-8") as file:
            lead, _, schema = file.readline().strip().partition("$schema=")
        assert lead == "# yaml-language-server: ", lead
        with open(schema, encoding="utf-8") as file:
            for part in json.load(file)["allOf"]:
                assert os.path.exists(os.path.join(os.path.dirname(schema), part["$ref"])), part


def check_wrong():
    os.mkdir("full")
    with open("full/kept", "w", encoding="utf-8") as file:
        file.write("kept")
    shutil.copy("full/kept", "file")
    os.mkdir("empty")
    os.symlink("empty", "link")
    before = sorted(os.listdir("."))
    for operand, phrase in WRONG:
        done = small.call("new", operand.strip("'"), stdin=subprocess.DEVNULL)
        assert (done.returncode, done.stdout) == (2, ""), (operand, done)
        assert phrase in done.stderr and done.stderr.startswith("sequela: "), (operand, done.stderr)
        assert sorted(os.listdir(".")) == before, (operand, os.listdir("."))
    assert os.listdir("full") == ["kept"] and os.listdir("empty") == []
    assert small.call("new").returncode == 2


def check_places():
    """An empty folder is used, a path may lead to the place, and remains of a killed program are replaced."""
    small.must("new", "empty/")
    assert os.path.exists("empty/empty.yaml") and not os.path.exists("empty.part")
    small.must("new", "empty/inner/")
    assert os.path.exists("empty/inner/inner.yaml")
    os.mkdir("killed.part")
    shutil.copy("empty/model.yaml", "killed.part/model.yaml")
    small.must("new", "killed")
    assert os.path.exists("killed/killed.yaml") and not os.path.exists("killed.part")
    os.mkdir("strange.part")
    shutil.copy("empty/model.yaml", "strange.part/mine.yaml")
    done = small.call("new", "strange")
    assert done.returncode == 2 and "strange.part: cannot be created: File exists" in done.stderr, done.stderr
    assert os.listdir("strange.part") == ["mine.yaml"] and not os.path.exists("strange")


def check_full_disk():
    """A disk that fills: exit 1, the reason, nothing left."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    before = sorted(os.listdir("."))
    done = small.call("new", "disk", preexec_fn=limit)
    assert done.returncode == 1 and "could not be written: File too large" in done.stderr, done
    assert sorted(os.listdir(".")) == before, os.listdir(".")


def check_unprivileged():
    """A folder without permission; root, who may write anywhere, is left aside."""
    nobody = {"user": 65534} if os.geteuid() == 0 else {}
    os.mkdir("closed", 0o555)
    os.chmod(".", 0o755)
    copy = shutil.copy(small.PROGRAM, ".")  # where anybody may run it
    done = subprocess.run([os.path.abspath(copy), "new", "closed/first"], stderr=subprocess.PIPE, text=True,
                          check=False, timeout=120, **nobody)
    assert done.returncode == 2 and "closed/first: cannot be created: Permission denied" in done.stderr, done
    assert os.listdir("closed") == []


def main():
    with small.study():
        n = [check_runs(name) for name in NAMES]
        check_wrong()
        check_places()
        check_full_disk()
        check_unprivileged()
        os.chdir("/")
    print(f"{len(NAMES)} projects of {n[0]} files run, {len(WRONG)} names and places refused")


if __name__ == "__main__":
    sys.exit(main())
