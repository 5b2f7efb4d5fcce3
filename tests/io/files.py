"""Digests, copies, CSV, and what happens to files when things go wrong."""
import csv
import fcntl
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

SAMPLE = os.path.abspath(sys.argv[1])


def sample(*arguments, expect=0, says=None, **more):
    """Standard output of the sample program, which must end with the code and sentence expected."""
    done = subprocess.run([SAMPLE, *map(str, arguments)], capture_output=True, text=True,
                          check=False, **more)
    assert done.returncode == expect, (arguments, done.returncode, done.stderr)
    if says is not None:
        assert says in done.stderr, (arguments, says, done.stderr)
    return done.stdout.strip()


def limited(size):
    """Runs in the child: files may not grow beyond size bytes."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def test_digest():
    """Everything outside /provenance and nothing else decides the digest."""
    for what in ("write", "again", "other"):
        sample(what, what + ".h5")
    time.sleep(1.1)  # a time kept in the file would show
    sample("write", "second.h5")
    with open("write.h5", "rb") as first, open("second.h5", "rb") as second:
        assert first.read() == second.read(), "two writings of one result differ in bytes"
    digest = sample("digest", "write.h5")
    assert len(digest) == 64 and digest == sample("digest", "again.h5")
    assert digest != sample("digest", "other.h5")
    sample("tables", "tables.h5", 40000)
    for name in ("write", "tables"):
        sample("copy", name + ".h5", "copy.h5")
        assert sample("digest", name + ".h5") == sample("digest", "copy.h5"), name


def test_csv():
    """Long form, quoted where needed, numbers that read back exactly."""
    sample("tables", "tables.h5", 100)
    sample("export", "tables.h5", "csv")
    names = sorted(os.listdir("csv"))
    assert names == ["cause.csv", "events_later.csv", "events_now.csv", "nothing.csv",
                     "patients_later.csv", "patients_now.csv", "strategy_subgroup_cause_time.csv",
                     "strategy_time.csv", "values.csv", "variables.csv"], names
    with open("csv/strategy_subgroup_cause_time.csv", newline="", encoding="utf-8") as file:
        last = list(csv.DictReader(file))[-1]
    assert last["subgroup"] == "sex=male, age=älter" and last["cumulative_incidence_by_subgroup"] == "47"
    with open("csv/strategy_time.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["scenario", "draw", "strategy", "time", "survival", "at_risk"]
    assert len(rows) == 8 and rows[5]["strategy"] == "läter" and rows[7]["survival"] == ""
    assert float(rows[1]["time"]) == 1 / 3 and rows[0]["at_risk"] == "3000000000"
    with open("csv/cause.csv", "rb") as file:
        assert file.read() == b'cause,kind\r\nrelapse,main\r\n"death, ""other""",competing\r\n'
    with open("csv/patients_now.csv", newline="", encoding="utf-8") as file:
        patients = list(csv.DictReader(file))
    assert len(patients) == 100 and patients[1]["sex"] == "male"
    with open("csv/variables.csv", newline="", encoding="utf-8") as file:
        columns = {row["column"]: row for row in csv.DictReader(file)}
    assert columns["horizon"]["units"] == "year" and columns["horizon"]["file"] == "values.csv"
    sample("export", "tables.h5", "tables.h5", expect=2, says="is not a folder")
    sample("export", "tables.h5", "missing/csv", expect=2, says="No such file or directory")


def test_full_disk():
    """A write that fails leaves nothing and says why; a short file is no result."""
    for arguments in (("write", "full.h5"), ("tables", "full.h5", 200000)):
        for size in (0, 1000, 20000, 100000):
            if arguments[0] == "write" and size > 1000:
                continue
            sample(*arguments, expect=1, says="could not be written: File too large",
                   preexec_fn=limited(size))
            assert not os.path.exists("full.h5") and not os.path.exists("full.h5.part")
    sample("write", "full.h5")
    before = sample("digest", "full.h5")
    sample("tables", "full.h5", 200000, expect=1, preexec_fn=limited(50000))
    assert sample("digest", "full.h5") == before, "the older result is gone"


def test_targets():
    """What may be written is known beforehand."""
    os.mkdir("folder")
    with open("notes.h5", "w", encoding="utf-8") as file:
        file.write("my notes\n")
    os.symlink("nowhere.h5", "broken.h5")
    sample("check", "folder", expect=2, says="is a folder")
    sample("check", "folder/", expect=2, says="the name of a file was expected")
    sample("check", "missing/out.h5", expect=2, says="its folder missing cannot be used")
    sample("check", "notes.h5/out.h5", expect=2, says="notes.h5 is not a folder")
    sample("check", "notes.h5", expect=2, says="will not be overwritten")
    sample("check", "/dev/null", expect=2, says="is a device")
    sample("check", "/proc/out.h5", expect=2, says="cannot be created")
    sample("check", "broken.h5", expect=2, says="a link that leads nowhere")
    assert sample("check", "fresh.h5") == "clean"
    with open("fresh.h5.part", "w", encoding="utf-8") as file:
        file.write("half a result")
    assert sample("check", "fresh.h5") == "leftover"
    assert not os.path.exists("fresh.h5.part") and not os.path.exists("fresh.h5")
    with open("fresh.h5.part", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sample("check", "fresh.h5", expect=2, says="is being written by another run")
        sample("write", "fresh.h5", expect=2, says="is being written by another run")
    assert os.path.exists("fresh.h5.part"), "the other run's file was removed"


def test_links():
    """A link is followed: the file behind it is replaced."""
    os.mkdir("behind")
    sample("write", "behind/real.h5")
    before = sample("digest", "behind/real.h5")
    os.symlink("behind/real.h5", "link.h5")
    sample("other", "link.h5")
    assert os.path.islink("link.h5") and sample("digest", "behind/real.h5") != before


def test_strange_files():
    """Anything that is no result is refused with a sentence."""
    sample("digest", "absent.h5", expect=2, says="No such file or directory")
    sample("digest", ".", expect=2, says="is a folder")
    sample("digest", "/dev/null", expect=2, says="not an ordinary file")
    with open("text.h5", "w", encoding="utf-8") as file:
        file.write("not HDF5\n")
    sample("digest", "text.h5", expect=2, says="is not an HDF5 file")
    sample("write", "whole.h5")
    assert sample("check", "whole.h5") == "clean"
    with open("whole.h5", "rb") as file:
        whole = file.read()
    for part in (8, 100, len(whole) // 2, len(whole) - 1):
        with open("cut.h5", "wb") as file:
            file.write(whole[:part])
        for verb in (("digest", "cut.h5"), ("export", "cut.h5", "cut"), ("copy", "cut.h5", "x.h5")):
            sample(*verb, expect=2, says="damaged or incomplete")
    try:
        import h5py
    except ImportError:
        return
    with h5py.File("foreign.h5", "w") as file:
        file["x"] = [1, 2, 3]
    sample("digest", "foreign.h5", expect=2, says="not a result of sequela")
    sample("check", "foreign.h5", expect=2, says="not a result of sequela; it will not be overwritten")
    with h5py.File("foreign.h5", "a") as file:
        file.attrs["format_version"] = 99
    sample("copy", "foreign.h5", "x.h5", expect=2, says="has format version 99, newer")
    with h5py.File("foreign.h5", "a") as file:
        file.attrs["format_version"] = 1
    sample("copy", "foreign.h5", "x.h5", expect=2, says="axis 0 of x has no name")


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                test()
                os.chdir("/")
            print(name, "passed")


if __name__ == "__main__":
    main()
