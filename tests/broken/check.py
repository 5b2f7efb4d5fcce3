"""Broken inputs: each must end with the exit code it names, with its place and in its words.

A case's first line reads `# expect CODE PLACE PHRASE`: the exit code of `sequela check`, the line and
column in the case's own file (or - where the mistake shows in another file), and words the message must
contain. No case may crash, hang, or be silent. Cases that cannot be kept as files (too long, not text, not
files at all) are made in a temporary folder.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_SECONDS = 60


def check(program, path, stdin=None, unprivileged=False):
    """Exit code and messages of `sequela check`; root, who may read anything, can be left aside."""
    nobody = {"user": 65534} if unprivileged and os.geteuid() == 0 else {}
    done = subprocess.run([program, "check", str(path)], input=stdin, capture_output=True, check=False,
                          timeout=LIMIT_SECONDS, **nobody)
    return done.returncode, done.stderr.decode("utf-8", "replace")


def complaint(name, code, said, expected_code, place, phrase):
    """What is wrong with an outcome, or None."""
    if code != expected_code:
        return f"{name}: exit {code}, expected {expected_code}\n{said[:400]}"
    if place != "-" and f"{name}.yaml:{place}: " not in said:
        return f"{name}: not at {place}\n{said[:400]}"
    if phrase not in said:
        return f"{name}: does not say '{phrase}'\n{said[:400]}"
    if "%s" in said or not said.strip():
        return f"{name}: says nothing a person can use: {said[:200]!r}"
    return None


def kept_cases(program):
    for path in sorted((HERE / "cases").glob("*.yaml")):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        _, _, code, place, *phrase = first.split(" ", 4)
        result, said = check(program, path)
        yield complaint(path.stem, result, said, int(code), place, phrase[0] if phrase else "")


def made_inputs(folder):
    """(name, content, place, words) of inputs that are no ordinary text files."""
    head = (f"experiment: t\nmodel: {HERE}/base/one.yaml\nhorizon: 10 y\n"
            "strategies: {only: }\n").encode()
    return [
        ("empty", b"", "1:1", "found nothing"),
        ("blank", b"\n\n\n", "1:1", "found nothing"),
        ("nul", head + b"seed: 1\0\n", "5:8", "a NUL byte"),
        ("not_utf8", head + b"title: \xff\xfe\n", "5:8", "is not UTF-8"),
        ("long_line", head + b"title: " + b"x" * (10 << 20) + b"\n", "-", "is too large: at most 8 MiB"),
        ("long_key", head + b"k" * 5000 + b": 1\n", "5:5001", "expected ':' after this key"),
        ("many_errors", head + b"".join(b"k%d: 1\n" % i for i in range(200)), "5:1",
         "unknown key"),
        ("many_parameters_wrong", head + b"parameters:\n" + b"".join(b"  p%d: q%d\n" % (i, i)
                                                                   for i in range(5000)), "6:7",
         "unknown name 'q0'"),
        ("many_events_wrong", head + b"parameters: {c: {law: exponential, net of: [e199], survival: 0.5 at 1 y}}\n"
         + b"events:\n" + b"".join(b"  e%d: {when: c, time: c}\n" % i for i in range(200)), "7:8",
         "unknown key 'when'"),
        ("long_sum", head + b"parameters:\n  p: " + b"1 + " * 40000 + b"1\n", "6:6", "the expression is too long"),
        ("random", bytes((i * 7919 + 13) % 251 + 1 for i in range(4096)), "1:1", "a control character"),
    ]


def made_cases(program):
    with tempfile.TemporaryDirectory(prefix="sequela-broken-") as folder:
        folder = pathlib.Path(folder)
        for name, content, place, phrase in made_inputs(folder):
            path = folder / f"{name}.yaml"
            path.write_bytes(content)
            code, said = check(program, path)
            yield complaint(name, code, said, 2, place, phrase)
        yield complaint("a folder", *check(program, folder), 2, "-", "it is a directory, not a file")
        yield complaint("no such file", *check(program, folder / "none.yaml"), 2, "-", "none.yaml")
        link = folder / "loop.yaml"
        link.symlink_to(link)
        yield complaint("a link to itself", *check(program, link), 2, "-", "loop.yaml")
        yield complaint("standard input", *check(program, "-", b"experiment: [\n"), 2, "-",
                        "standard input:2:1: expected a value")
        path = folder / "closed.yaml"
        path.write_text("experiment: t\n", encoding="utf-8")
        path.chmod(0)
        folder.chmod(0o755)
        copy = shutil.copy(program, folder)  # where anybody may run it
        yield complaint("unreadable", *check(copy, path, unprivileged=True), 2, "-",
                        "closed.yaml': Permission denied")


def main():
    program = os.path.abspath(sys.argv[1])
    failures, n = [], 0
    for cases in (kept_cases, made_cases):
        for failure in cases(program):
            n += 1
            if failure:
                failures.append(failure)
    for failure in failures:
        print("FAILED " + failure)
    print(f"{n} broken inputs, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
