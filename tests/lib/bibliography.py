"""The bibliography docs/references.bib, and how texts cite it.

A text cites an entry as AUTHOR, JOURNAL YEAR (a volume may follow), as AUTHOR YEAR where that is one entry
alone, or in one of the forms of the entry's field `cited`, parted by |. "et al." after the author is read over.
"""
import re


def read(path):
    """Entries by key: fields in lower case, with `kind` and `key`."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"(?m)^%.*$", "", file.read())
    entries = {}
    for match in re.finditer(r"@(\w+)\{([^,\s]+),\n(.*?)\n\}", text, re.S):
        kind, key, body = match.groups()
        if key in entries:
            raise ValueError(f"two entries are called {key}")
        fields = dict(re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?$", body, re.M))
        entries[key] = {"kind": kind, "key": key, **fields}
    return entries


def author(entry):
    """The words for the authors in a text: the first one's name, or both names."""
    names = entry.get("author", "").replace("{", "").replace("}", "")
    return names[:-len(" and others")] if names.endswith(" and others") else names


def forms(entry, entries):
    """Every way in which a text may cite the entry."""
    found = [form.strip() for form in entry.get("cited", "").split("|") if form.strip()]
    name, year = author(entry), entry.get("year")
    venue = entry.get("journal") or entry.get("booktitle")
    if name and venue and year:
        same = [other for other in entries.values() if author(other) == name and other.get("year") == year
                and (other.get("journal") or other.get("booktitle")) == venue]
        volume = f";{entry['volume']}:{entry['pages']}" if "pages" in entry else ""
        found += [f"{name}, {venue} {year}{volume}"] if len(same) > 1 or volume else []
        found += [f"{name}, {venue} {year}"] if len(same) == 1 else []
    if name and year and sum(author(other) == name and other.get("year") == year for other in entries.values()) == 1:
        found.append(f"{name} {year}")
    return found


class Citations:
    """Finds what a text cites."""

    def __init__(self, entries):
        pairs = [(form, key) for key, entry in entries.items() for form in forms(entry, entries)]
        self.forms = sorted(pairs, key=lambda pair: -len(pair[0]))

    def resolve(self, text):
        """Keys cited, and the years that stand in no citation (numbers of trials aside)."""
        rest, keys = text.replace(" et al.", ""), []
        for form, key in self.forms:
            pattern = r"(?<![\w-])" + re.escape(form) + r"(?![\w-])"
            if re.search(pattern, rest):
                keys.append(key)
                rest = re.sub(pattern, " ", rest)
        return keys, re.findall(r"(?<![\w/-])(?:19|20)\d\d(?![\w/-])", rest)
