"""Every clause of the language reference has an example that fails.

A clause is a paragraph, an item of a list, a row of a table or a block of docs/language.md; a paragraph that
only leads to what follows it (it ends with a colon) is none. Each names, in a comment that is not seen when the
page is read, cases of tests/broken/cases that break it, `<!-- fails: case, case -->`, or why nothing can be
wrong, `<!-- fails: none: reason -->`. The comment stands at the end of the clause; of a row in its last cell;
of a block in the line after it. That the cases fail, at their places and in their words, is the test of
tests/broken.
"""
import os
import re
import sys

COMMENT = re.compile(r"<!-- fails: (.*?) -->")


class Clause:
    """Lines that belong together, where they begin and in which section."""

    def __init__(self, section, number, kind):
        self.section, self.number, self.kind = section, number, kind
        self.lines = []

    def text(self):
        return COMMENT.sub("", " ".join(self.lines)).strip()


def kind_of(line, before):
    """What a line outside blocks begins or goes on with."""
    if line.startswith("|"):
        return "row"
    if line.startswith("- "):
        return "item"
    if before in ("item", "paragraph") and not COMMENT.fullmatch(line):
        return None
    return "comment" if COMMENT.fullmatch(line) else "paragraph"


def parse(lines):
    """The clauses of a document, in order."""
    found, section, current, inside = [], "", None, False
    for number, line in enumerate(lines, start=1):
        if line.startswith("```"):
            inside = not inside
            if inside:
                current = Clause(section, number, "block")
                found.append(current)
            continue
        if inside:
            current.lines.append(line)
            continue
        if line.startswith("#"):
            section, current = line.lstrip("# "), None
            continue
        if not line.strip():
            current = None
            continue
        kind = kind_of(line, current.kind if current else None)
        if kind == "comment" and found:
            (current or found[-1]).lines.append(line)
            continue
        if kind is not None:
            current = Clause(section, number, kind)
            found.append(current)
        current.lines.append(line)
    return [clause for clause in without_heads(found) if not leads(clause)]


def without_heads(clauses):
    """Without the heads of tables: a row of dashes and the row above it."""
    rule = re.compile(r"\|[-| :]+\|")
    heads = {i for i, clause in enumerate(clauses) if clause.kind == "row" and rule.fullmatch(clause.lines[0].strip())}
    return [clause for i, clause in enumerate(clauses) if i not in heads and i + 1 not in heads]


def leads(clause):
    return clause.kind == "paragraph" and clause.text().endswith(":")


def names(clause):
    """The cases a clause names, a reason why there are none, or None where it says neither."""
    said = COMMENT.findall("\n".join(clause.lines))
    if not said:
        return None
    return [name.strip() for one in said for name in ([one] if one.startswith("none:") else one.split(","))]


def complaint(clause, cases):
    named = names(clause)
    if named is None:
        return "names no example that fails: add <!-- fails: CASE, … --> or <!-- fails: none: REASON -->"
    for name in named:
        if name.startswith("none:"):
            if len(name) < len("none: ") + 8:
                return "says 'none' without a reason"
        elif name not in cases:
            return f"names '{name}', which is not in tests/broken/cases"
    return None


def self_check():
    page = ["# A", "", "One:", "", "Two", "lines. <!-- fails: a -->", "| h |", "|---|", "| r <!-- fails: none: a reason -->|", "",
            "- item", "  goes on", "<!-- fails: b, c -->", "- other", "", "```yaml", "x: 1", "```", "<!-- fails: d -->"]
    found = [(clause.kind, names(clause)) for clause in parse(page)]
    assert found == [("paragraph", ["a"]), ("row", ["none: a reason"]), ("item", ["b", "c"]), ("item", None),
                     ("block", ["d"])], found
    assert complaint(parse(page)[3], {"a"}) and complaint(parse(page)[2], {"b"})


def main():
    root = sys.argv[1]
    self_check()
    with open(os.path.join(root, "docs/language.md"), encoding="utf-8") as file:
        clauses = parse(file.read().splitlines())
    cases = {name[:-5] for name in os.listdir(os.path.join(root, "tests/broken/cases")) if name.endswith(".yaml")}
    failures, sections, used = 0, {}, set()
    for clause in clauses:
        wrong = complaint(clause, cases)
        tally = sections.setdefault(clause.section, [0, 0])
        tally[0] += 1
        named = [name for name in names(clause) or [] if not name.startswith("none:")]
        tally[1] += bool(named)
        used.update(named)
        if wrong:
            failures += 1
            print(f"FAILED docs/language.md:{clause.number}: '{clause.text()[:60]}' {wrong}")
    for section, (n, n_cases) in sections.items():
        print(f"  {section}: {n} clauses, {n_cases} with failing examples")
    print(f"clauses: {len(clauses)}, {len(used)} of {len(cases)} broken cases named, {failures} complaints")
    return 1 if failures or len(clauses) < 80 else 0


if __name__ == "__main__":
    sys.exit(main())
