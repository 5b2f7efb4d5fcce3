"""Making a failing model small: whatever can be left out while it still fails is left out.

Files are trees of maps and lists (JSON, which is YAML). Parts are taken out from the largest to the
smallest, then expressions are replaced by constants, again and again until nothing more can go. Whether
a candidate still fails, and whether it is a valid model at all, only the caller knows.
"""
import copy
import json
import time

PLAIN = ("1", "true", "0.5", "1 y", "0/y", "0 EUR", "alive")
MOST_SECONDS = 240


def _paths(tree, at=()):
    """Paths of all parts of a tree, the parts of a part before it."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield from _paths(child, (*at, key))
        yield (*at, key)


def _at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def _without(tree, path):
    smaller = copy.deepcopy(tree)
    del _at(smaller, path[:-1])[path[-1]]
    return smaller


def _with(tree, path, value):
    changed = copy.deepcopy(tree)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _size(tree):
    return len(json.dumps(tree))


class _Shrinking:
    def __init__(self, trees, others, fails):
        self.trees, self.others, self.fails = trees, others, fails
        self.until = time.monotonic() + MOST_SECONDS

    def files(self, trees):
        return {**{name: json.dumps(tree, indent=1) for name, tree in trees.items()}, **self.others}

    def accept(self, name, tree):
        """Keep this smaller tree if the whole still fails with it."""
        trees = {**self.trees, name: tree}
        if time.monotonic() > self.until or not self.fails(self.files(trees)):
            return False
        self.trees = trees
        return True

    def leave_out(self, name):
        """Each part in turn, the largest first. True if something went."""
        went = False
        paths = sorted(_paths(self.trees[name]), key=lambda path: -_size(_at(self.trees[name], path)))
        for path in paths:
            try:
                smaller = _without(self.trees[name], path)
            except (KeyError, IndexError, TypeError):
                continue  # it went with something larger
            went = self.accept(name, smaller) or went
        return went

    def lift(self, name):
        """Branches in place of what branches."""
        went = False
        for path in list(_paths(self.trees[name])):
            try:
                part = _at(self.trees[name], path)
            except (KeyError, IndexError, TypeError):
                continue
            if not isinstance(part, dict):
                continue
            inner = [part[key] for key in ("then", "else", "do") if isinstance(part.get(key), list)]
            inner += [option["do"] for key in ("into", "choose first") for option in part.get(key) or ()
                      if isinstance(option, dict) and isinstance(option.get("do"), list)]
            for actions in inner:
                listed = _at(self.trees[name], path[:-1])
                if not isinstance(listed, list) or len(actions) != 1:
                    continue
                if self.accept(name, _with(self.trees[name], path, actions[0])):
                    went = True
                    break
        return went

    def plain(self, name):
        """Constants in place of expressions."""
        went = False
        for path in list(_paths(self.trees[name])):
            text = _at(self.trees[name], path)
            if isinstance(text, str) and "(" in text:
                went = any(self.accept(name, _with(self.trees[name], path, value)) for value in PLAIN) or went
        return went


def shrunk(files, fails):
    """The smallest files found for which fails(files) still holds."""
    trees = {name: json.loads(text) for name, text in files.items() if name.endswith(".yaml")}
    others = {name: text for name, text in files.items() if name not in trees}
    work = _Shrinking(trees, others, fails)
    while any([step(name) for step in (work.leave_out, work.lift, work.plain) for name in sorted(trees)]):
        pass
    for name in list(work.others):
        kept = dict(work.others)
        text = work.others.pop(name)
        if not fails(work.files(work.trees)):
            work.others = {**kept, name: text}
    return work.files(work.trees)
