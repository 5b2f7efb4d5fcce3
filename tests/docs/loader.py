"""The words that the loader accepts (keys, and values that are words), from its tables in sim/lang/build_*.c."""
import glob
import os
import re

TABLE = re.compile(r"\*(?:const )?(\w+)\[\] = \{([^}]*)\}")
ACTION = re.compile(r'\{\{("[^}]*)\}, emit_')
# Tables of the loader that repeat words of the language for ends of their own.
OTHER_TABLES = {"reserved", "holders", "words_only", "questions", "flag_labels"}
OUTPUT = re.compile(r'X\(SQ_OUT_\w+, "(\w+)"\)')


def words(root):
    """Every key and word in the tables of the loader, with the table it stands in."""
    found = {}
    for path in sorted(glob.glob(os.path.join(root, "sim/lang/build_*.c"))):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for name, items in TABLE.findall(text) + [("actions", row) for row in ACTION.findall(text)]:
            if name not in OTHER_TABLES:
                for word in re.findall(r'"([^"]+)"', items):
                    found.setdefault(word, f"{os.path.basename(path)}: {name}")
    with open(os.path.join(root, "sim/model/model.h"), encoding="utf-8") as file:
        found.update((word, "parts of the results") for word in OUTPUT.findall(file.read()))
    return found
