"""Every path that a document names exists.

Looked at are: the targets of links, relative to the document; anything that begins with a folder of the
repository (`docs/`, `tests/`, ...), in documents and in the comments of sources alike; and file names in
inline code, which must be the name of some file of the repository.
"""
import os
import re
import subprocess
import sys

import markdown

FOLDERS = "analysis|cmake|configs|docs|models|sim|tests"
NAMED = re.compile(r"(?<![\w./{$<-])((?:%s)/[\w./*-]*\w[\w/]*\*?)" % FOLDERS)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
FILE_NAME = re.compile(r"^[\w./*-]+\.(?:c|h|md|py|R|sh|svg|yaml|csv|json|cff|1)$")
SOURCES = (".c", ".h", ".py", ".R", ".sh", ".yaml", ".md", ".txt", ".1")

# Names that belong to others, or to the reader.
FOREIGN = {
    "hdf5.h", "omp.h", "sleef.h", "yaml.h", "immintrin.h", "pcg_random.hpp",  # libraries
    "out.svg", "patients.csv", "EXPERIMENT.yaml", "MODEL.yaml",               # the reader's
    ".vscode/settings.json", ".schema/sequela-model.json",                    # in a project of theirs
    "configs/NAME.yaml", "configs/a.yaml", "models/sample.yaml",              # examples in comments
}


def tracked(root):
    """All files of the repository; without git, all files outside build and result folders."""
    done = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                          capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        return [name for name in done.stdout.splitlines() if os.path.exists(os.path.join(root, name))]
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ("build", "results", ".git")]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return found


class Tree:
    """The repository's files, to be asked for names."""

    def __init__(self, root):
        self.files = tracked(root)
        self.names = {os.path.basename(path) for path in self.files}
        self.folders = {""}
        for path in self.files:
            while path:
                path = os.path.dirname(path)
                self.folders.add(path)

    def has(self, path):
        """Whether a path, a folder or a pattern with * is there."""
        path = os.path.normpath(path)
        if "*" not in path:
            return path in self.files or path in self.folders
        pattern = re.compile(re.escape(path).replace(r"\*", "[^/]*") + "$")
        return any(pattern.match(file) for file in self.files)

    def ends_with(self, name):
        """Whether some file of the repository is called so, folders included."""
        if name in self.names:
            return True
        pattern = re.compile("(^|.*/)" + re.escape(name).replace(r"\*", "[^/]*") + "$")
        return any(pattern.match(file) for file in self.files)


def named_in(text):
    """Paths below a folder of the repository that a text names."""
    return [name.rstrip(".") for name in NAMED.findall(text)]


def check_document(root, document, tree):
    """Names in a document that lead nowhere."""
    shown = {block.attributes["file"] for block in markdown.blocks(root, document)
             if "file" in block.attributes}
    for number, text in markdown.prose(root, document):
        for target in LINK.findall(text):
            path = os.path.normpath(os.path.join(os.path.dirname(document), target))
            if "://" not in target and not tree.has(path):
                yield f"{document}:{number}: the link {target} leads nowhere"
        for code in markdown.inline_code(text):
            if FILE_NAME.match(code) and code not in FOREIGN | shown and not tree.ends_with(code):
                yield f"{document}:{number}: there is no file {code}"


def check_text(root, path, tree):
    """Paths in any text of the repository that do not exist."""
    with open(os.path.join(root, path), encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            for name in named_in(text):
                if name not in FOREIGN and not tree.has(name):
                    yield f"{path}:{number}: there is no {name}"


def self_check(tree):
    """The patterns see what they must."""
    assert named_in("see `docs/language.md`, tests/docs.") == ["docs/language.md", "tests/docs"]
    assert named_in("${X}/docs/a.md /usr/share/docs/a.md build/docs/x") == []
    assert tree.has("CMakeLists.txt") and tree.has("docs") and tree.has("docs/*.md")
    assert not tree.has("docs/nothing.md") and not tree.has("docs/*.xyz")


def main():
    root = os.path.abspath(sys.argv[1])
    tree = Tree(root)
    self_check(tree)
    complaints = []
    for document in markdown.documents(root):
        complaints += check_document(root, document, tree)
    here = os.path.relpath(os.path.dirname(os.path.abspath(__file__)), root)
    texts = [path for path in tree.files if path.endswith(SOURCES) and not path.startswith(here)]
    for path in texts:
        complaints += check_text(root, path, tree)
    for complaint in complaints:
        print("FAILED " + complaint)
    print(f"paths: {len(texts)} texts looked at, {len(complaints)} names lead nowhere")
    return 1 if complaints else 0


sys.exit(main())
