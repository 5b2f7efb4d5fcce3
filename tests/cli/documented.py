"""The manual page and the completions name every verb and option that the program has, and no other."""
import os
import re
import shutil
import subprocess
import sys

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ENVIRONMENT = dict(os.environ, PATH=os.path.dirname(PROGRAM) + ":" + os.environ["PATH"])


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def output(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True).stdout


def verbs():
    return [verb for verb in re.findall(r"^  ([a-z]+) ", output("help"), re.M) if verb != "help"]


def options(verb):
    """The long options of a verb, as its help lists them."""
    listed = output("help", verb).partition("\noptions:\n")[2]
    return re.findall(r"^ +(?:-\w,)? *--([a-z-]+)", listed, re.M)


def check_manual():
    manual = read("docs", "sequela.1")
    plain = manual.replace("\\-", "-")
    headings = re.findall(r"^\.SS ([a-z]+)", manual, re.M)
    assert headings == verbs() + ["help"], headings
    sections = dict(zip(headings, re.split(r"^\.SS .*$", plain, flags=re.M)[1:]))
    known = {"--" + option for verb in verbs() for option in options(verb)}
    for verb in verbs():
        for option in options(verb):
            found = f"--{option}" in sections[verb] or option == "help"
            assert found, f"the manual's section on {verb} lacks --{option}"
    for option in set(re.findall(r"(--[a-z][a-z-]*)", plain)):
        assert option in known | {"--version", "--opt"}, f"the manual has {option}"
    if shutil.which("man") is None:
        print("manual not formatted: man is not installed")
        return
    done = subprocess.run(["man", "--warnings", "-l", os.path.join(ROOT, "docs", "sequela.1")],
                          capture_output=True, text=True, check=False, env=dict(ENVIRONMENT, MANWIDTH="80"))
    assert done.returncode == 0 and "warning" not in done.stderr, done.stderr


def check_zsh():
    text = read("sim", "cli", "completion", "_sequela")
    assert re.findall(r"""^    ['"]([a-z]+):""", text, re.M) == verbs() + ["help"]
    for verb in verbs():
        branch = re.search(rf"^    {verb}\)\n(.*?);;", text, re.M | re.S).group(1)
        branch = set(re.findall(r"--([a-z-]+)(?=[=\[}])", branch))
        assert branch == set(options(verb)), (verb, branch ^ set(options(verb)))
    if shutil.which("zsh") is not None:
        subprocess.run(["zsh", "-n", os.path.join(ROOT, "sim", "cli", "completion", "_sequela")], check=True)


def complete(*words):
    """What bash would offer for the last word."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sequela;'
              'printf "%s\\n" "${COMPREPLY[@]}"')
    path = os.path.join(ROOT, "sim", "cli", "completion", "sequela.bash")
    done = subprocess.run(["bash", "-c", script, "bash", path, *words], capture_output=True, text=True,
                          check=True, env=ENVIRONMENT, cwd=ROOT)
    assert done.stderr == "", done.stderr
    return done.stdout.split()


def check_bash():
    assert set(complete("sequela", "")) == set(verbs()) | {"help", "--version", "--help"}
    assert complete("sequela", "su") == ["summary"]
    for verb in verbs():
        assert set(complete("sequela", verb, "--")) == {"--" + option for option in options(verb)}, verb
    assert complete("sequela", "summary", "--format", "=", "j") == ["json"]
    assert "configs/" in complete("sequela", "run", "conf")
    assert all(path.endswith((".yaml", "/")) for path in complete("sequela", "run", "configs/"))


def main():
    check_manual()
    check_zsh()
    check_bash()
    print(f"{len(verbs())} verbs documented and completed")


if __name__ == "__main__":
    sys.exit(main())
