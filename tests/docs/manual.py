"""The manual page and the program's help name the same verbs and, verb by verb, the same options.

In docs/sequela.1 a verb is a subsection `.SS VERB ...`; options outside subsections belong to the
program as a whole. The completion for zsh must know every verb and every long option; that for bash asks the
program; neither may name an option that there is not.
"""
import os
import re
import subprocess
import sys

LONG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
GENERAL = {"--help", "--version", "--opt"}  # --opt=VALUE: how options are written


def help_of(program, *verb):
    done = subprocess.run([program, "help", *verb], capture_output=True, text=True, check=True)
    return done.stdout


def offered(program):
    """{verb: its long options}, from the program's own help."""
    verbs = re.findall(r"(?m)^  ([a-z]+) ", help_of(program))
    return {verb: set(LONG.findall(help_of(program, verb))) - GENERAL
            for verb in verbs if verb != "help"}


def manual(text):
    """{verb: its long options}, from the manual page; None stands for what is outside."""
    text = re.sub(r'(?m)^\.\\".*$', "", text).replace(r"\-", "-")
    text = re.sub(r"\\f[A-Z]", "", text)
    found, verb = {None: set()}, None
    for line in text.splitlines():
        heading = re.match(r'\.SS "?(?:sequela )?([a-z]+)', line)
        if heading:
            verb = heading.group(1)
            found[verb] = set()
        elif line.startswith(".SH"):
            verb = None
        found[verb] |= set(LONG.findall(line)) - GENERAL
    return found


def compare(what, wanted, said):
    for name in sorted(wanted - said):
        yield f"{what} lacks {name}"
    for name in sorted(said - wanted):
        yield f"{what} has {name}, which the program has not"


def complaints(root, program):
    verbs = offered(program)
    every = set().union(*verbs.values())
    if len(verbs) < 5 or len(every) < 8:
        yield f"the help offers little: {sorted(verbs)}, {sorted(every)}"
    with open(os.path.join(root, "docs", "sequela.1"), encoding="utf-8") as file:
        page = manual(file.read())
    yield from compare("docs/sequela.1", set(verbs), {verb for verb in page if verb} - {"help"})
    for verb, options in sorted(verbs.items()):
        yield from compare(f"docs/sequela.1, {verb},", options, page.get(verb, options))
    yield from (f"docs/sequela.1 has {name}, which no verb has" for name in sorted(page[None] - every))
    for name in ("sequela.bash", "_sequela"):
        path = os.path.join("sim", "cli", "completion", name)
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = re.sub(r"(?m)^\s*#.*$", "", file.read())
        said = set(LONG.findall(text)) - GENERAL
        wanted = set(verbs) | every if name == "_sequela" else set()
        yield from (f"{path} lacks {word}" for word in sorted(wanted)
                    if not re.search(rf"(?<![\w-]){word}(?![\w-])", text))
        yield from (f"{path} has {word}, which the program has not" for word in sorted(said - every))


def self_check():
    page = manual('.SH OPTIONS\n.B \\-\\-quiet\n.SS run \\fIFILE\\fR\n.BR \\-o , " \\-\\-output"\n.SH X\n')
    assert page == {None: {"--quiet"}, "run": {"--output"}}, page
    assert list(compare("x", {"a"}, {"b"})) == ["x lacks a", "x has b, which the program has not"]


def main():
    root, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    self_check()
    found = list(complaints(root, program))
    for complaint in found:
        print("FAILED " + complaint)
    print(f"manual: {len(offered(program))} verbs, {len(found)} complaints")
    return 1 if found else 0


sys.exit(main())
