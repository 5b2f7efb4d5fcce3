"""Wrong command lines, wrong files, wrong surroundings: the exit code and the words that must be said.

Each case is a command line, the exit code, and a phrase of standard error. No case may leave a file
behind, print a result, or crash.
"""
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import small

CASES = [
    # the verb
    ("", 2, "a verb is missing"),
    ("rnu small.yaml", 2, "unknown verb 'rnu'; did you mean 'run'?"),
    ("merge a.h5 b.h5", 2, "unknown verb 'merge'"),
    ("report out.h5", 2, "unknown verb 'report'"),
    ("--fast run", 2, "unknown option '--fast'"),
    ("help sumary", 2, "unknown verb 'sumary'; did you mean 'summary'?"),
    # options
    ("run small.yaml --patient-table", 2, "unknown option '--patient-table'; did you mean '--patients-table'?"),
    ("run small.yaml --zzz", 2, "'sequela help run' lists its options"),
    ("run small.yaml -x", 2, "unknown option '-x'"),
    ("run small.yaml --quiet=yes", 2, "no value belongs to option '--quiet'"),
    ("run small.yaml --s 3", 2, "could be several"),
    ("run small.yaml -o", 2, "option '--output' needs a value"),
    ("run small.yaml --set", 2, "option '--set' needs a value: --set NAME=VALUE"),
    ("run", 2, "EXPERIMENT.yaml is missing"),
    ("run small.yaml model.yaml", 2, "one argument too many: 'model.yaml'"),
    ("digest", 2, "OUT.h5 is missing"),
    ("run small.yaml --engine fast", 2, "there is no engine 'fast'; expected columnar or reference"),
    ("run small.yaml --isa mmx", 2, "there is no instruction set 'mmx'; expected avx512, avx2 or scalar"),
    ("run small.yaml --engine reference --isa avx2", 2, "(avx2) can be chosen for the columnar engine only"),
    ("run small.yaml --batch 0", 2, "'0' is not a number of patients in flight"),
    # numbers
    ("run small.yaml -n 0", 2, "--patients: '0' is not a number of patients; expected an integer from 1 to"),
    ("run small.yaml -n -5", 2, "'-5' is not a number of patients"),
    ("run small.yaml -n 10.5", 2, "'10.5' is not a number of patients"),
    ("run small.yaml -n 1e99", 2, "'1e99' is not a number of patients"),
    ("run small.yaml -n 99999999999999999999999", 2, "is not a number of patients"),
    ("run small.yaml -n 2000000000000", 2, "expected an integer from 1 to 1000000000000"),
    ("run small.yaml -n ''", 2, "'' is not a number of patients"),
    ("run small.yaml -n 10x", 2, "'10x' is not a number of patients"),
    ("run small.yaml -n 1__0", 2, "'1__0' is not a number of patients"),
    ("run small.yaml -s -1", 2, "--seed: '-1' is not a seed"),
    ("run small.yaml -s 9223372036854775808", 2, "is not a seed"),
    ("run small.yaml -j 5000", 2, "--threads: '5000' is not a number of threads; expected an integer from 1 to 1024"),
    ("run small.yaml -j 0", 2, "'0' is not a number of threads"),
    ("trace small.yaml --patient -1", 2, "'-1' is not the number of a patient"),
    ("trace small.yaml", 2, "--patient K is missing"),
    # the experiment
    ("run absent.yaml", 2, "No such file or directory"),
    ("run .", 2, "directory"),
    ("run model.yaml", 2, "model.yaml"),
    ("run wrong.yaml", 2, "wrong.yaml:4:1: "),
    ("check wrong.yaml", 2, "wrong.yaml:4:1: "),
    ("run small.yaml --set u_il=0.5", 2, "u_ill"),
    ("run small.yaml --set u_ill", 2, "NAME=VALUE"),
    ("run small.yaml --strategy wiat", 2, "wait"),
    ("trace small.yaml --patient 1 --strategy wiat", 2, "there is no strategy 'wiat'; did you mean 'wait'?"),
    # the place for the result
    ("run small.yaml -o .", 2, "is a folder; the name of a file was expected"),
    ("run small.yaml -o folder/", 2, "the name of a file was expected"),
    ("run small.yaml -o ''", 2, "the name of a file was expected"),
    ("run small.yaml -o missing/out.h5", 2, "its folder missing cannot be used: No such file"),
    ("run small.yaml -o small.yaml/out.h5", 2, "is not a folder"),
    ("run small.yaml -o /proc/out.h5", 2, "cannot be created"),
    ("run small.yaml -o small.yaml", 2, "exists and is not a result of sequela; it will not be overwritten"),
    ("run small.yaml -o /dev/null", 2, "is a device or a pipe"),
    ("run small.yaml -o -", 2, "cannot go to standard output"),
    ("run small.yaml -n 1M --patients-table --event-log -n 1e9", 2, "say --yes if that is meant"),
    ("run clash.yaml -o out.h5 --patients-table", 2, "two columns of patients/wait would be named 'died'"),
    # results
    ("digest absent.h5", 2, "cannot be opened: No such file or directory"),
    ("digest small.yaml", 2, "is not an HDF5 file"),
    ("digest .", 2, "is a folder"),
    ("summary /dev/null", 2, "is not an ordinary file"),
    ("summary small.yaml --format table", 2, "is not an HDF5 file"),
    ("summary out.h5 --format xml", 2, "--format: 'xml' is not known; expected table, csv, json or md"),
    ("export out.h5", 2, "the folder is missing"),
    ("export small.yaml --csv x", 2, "is not an HDF5 file"),
    ("graph model.yaml -o picture.png", 2, "'picture.png' is neither .svg nor .dot"),
    ("graph absent.yaml", 2, "No such file or directory"),
]


def split(line):
    return [word.strip("'") if word == "''" else word for word in line.split()]


def check_cases():
    before = sorted(os.listdir("."))
    for line, code, phrase in CASES:
        done = small.call(*split(line), stdin=subprocess.DEVNULL)
        where = (line, done.returncode, done.stderr)
        assert done.returncode == code, where
        assert phrase in done.stderr, where
        assert done.stderr.startswith("sequela: "), where
        assert done.stdout == "", where
        assert sorted(os.listdir(".")) == before, (line, os.listdir("."))


def limited(size):
    """In the child: no file may grow beyond size bytes; the signal for it has its usual meaning."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def check_full_disk():
    """A disk that fills: exit 1, the reason, no result, no crash."""
    for extra in ([], ["--patients-table", "--event-log"]):
        for size in (0, 4096, 30000):
            done = small.call("run", "small.yaml", "-o", "full.h5", "--quiet", *extra,
                              preexec_fn=limited(size))
            assert done.returncode == 1, (extra, size, done.returncode, done.stderr)
            assert "could not be written: File too large" in done.stderr, done.stderr
            assert not os.path.exists("full.h5") and not os.path.exists("full.h5.part")


def check_standard_output():
    """A result that cannot be printed is a failure: full, closed, or nobody reading."""
    small.must("run", "small.yaml", "-o", "out.h5", "--quiet")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = small.call("summary", "out.h5", stdout=full)
    assert done.returncode == 1 and "standard output: could not be written" in done.stderr
    for verb in ("summary out.h5", "digest out.h5", "help", "--version", "graph model.yaml"):
        done = small.call(*verb.split(), stdout=None, preexec_fn=lambda: os.close(1))
        assert done.returncode == 1, (verb, done.returncode, done.stderr)
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = small.call("summary", "out.h5", stdout=write_end)
    os.close(write_end)
    assert done.returncode == 1 and "Broken pipe" in done.stderr, (done.returncode, done.stderr)
    digest = small.must("digest", "out.h5")
    done = small.call("run", "small.yaml", "-o", "closed.h5", "--quiet", stdout=None,
                      preexec_fn=lambda: os.close(1))
    assert done.returncode == 1, done.stderr
    assert small.must("digest", "closed.h5").split()[0] == digest.split()[0], "printed into the file"


def check_killed():
    """Runs killed while they write leave a part and never a file; the next one names the part and goes on."""
    for wait in (0.02, 0.1, 0.3):
        run = start_writing("left.h5", "2M")
        time.sleep(wait)
        run.kill()
        assert run.wait() == -signal.SIGKILL, "the run was over too soon for this test"
        assert os.path.exists("left.h5.part") and not os.path.exists("left.h5")
        done = small.call("run", "small.yaml", "-o", "left.h5", "-n", "100")
        assert done.returncode == 0, done.stderr
        assert "left.h5.part was left by a run that did not finish" in done.stderr
        assert os.path.exists("left.h5") and not os.path.exists("left.h5.part")
        os.remove("left.h5")


def start_writing(path, patients):
    """A run that has begun to write its event log."""
    run = subprocess.Popen([small.PROGRAM, "run", "small.yaml", "-o", path, "-n", patients, "--quiet",
                            "--event-log"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists(path + ".part") and run.poll() is None:
        time.sleep(0.01)
    return run


def check_two_runs():
    """A second run to the same file is refused while the first one writes it, and does it no harm."""
    first = start_writing("two.h5", "100k")
    time.sleep(0.1)
    done = small.call("run", "small.yaml", "-o", "two.h5", "-n", "100", "--event-log")
    assert first.poll() is None, "the first run was over too soon for this test"
    assert done.returncode == 2 and "two.h5: is being written by another run" in done.stderr, done.stderr
    assert first.wait() == 0 and os.path.exists("two.h5") and not os.path.exists("two.h5.part")


def check_unprivileged():
    """A folder without permission; root, who may write anywhere, is left aside."""
    nobody = {"user": 65534} if os.geteuid() == 0 else {}
    os.mkdir("closed", 0o555)
    os.chmod(".", 0o755)
    copy = shutil.copy(small.PROGRAM, ".")  # where anybody may run it
    done = subprocess.run([os.path.abspath(copy), "run", "small.yaml", "-o", "closed/out.h5"],
                          stderr=subprocess.PIPE, text=True, check=False, timeout=120, **nobody)
    assert done.returncode == 2 and "cannot be created: Permission denied" in done.stderr


def main():
    with small.study():
        with open("wrong.yaml", "w", encoding="utf-8") as file:
            lines = small.EXPERIMENT.split("\n")
            file.write("\n".join(lines[:3] + ["horizn: 3 y"] + lines[3:]))
        with open("clash.yaml", "w", encoding="utf-8") as file:
            file.write(small.EXPERIMENT + "attributes:\n  died: {type: flag, initial: false}\n")
        check_cases()
        check_full_disk()
        check_standard_output()
        check_killed()
        check_two_runs()
        check_unprivileged()
        os.chdir("/")
    print(f"{len(CASES)} wrong command lines and the surroundings")


if __name__ == "__main__":
    sys.exit(main())
