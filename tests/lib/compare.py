"""Comparing result files number by number, to the bit."""
import numpy as np


def _selection(base, other, name, labels):
    """Positions in `base`, and in `other`, of the labels of every axis of a variable."""
    here, there = [], []
    for axis, length in zip(base.axes(name), base.file[name].shape):
        mine = base.axis(axis) if axis in base.file else None
        if not isinstance(mine, list):
            here.append(np.arange(length))
            there.append(np.arange(length))
            continue
        kept = [label for label in mine if axis not in labels or label in labels[axis]]
        theirs = other.axis(axis)
        here.append(np.array([mine.index(label) for label in kept]))
        there.append(np.array([theirs.index(label) for label in kept]))
    return np.ix_(*here), np.ix_(*there)


def _equal(a, b):
    """Equality to the bit; a NaN equals a NaN."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return a.tobytes() == b.tobytes() if a.dtype.kind == "f" else bool(np.all(a == b))


def differences(base, other, only=None, without=(), **labels):
    """Names of the variables of `base` that are not the same in `other`.

    Labelled axes (strategy, event, state, ...) are matched by label, so that `other` may have more of
    them, in any order. `labels` restricts an axis to some labels; `only` restricts the variables,
    `without` leaves out those whose name ends so.
    """
    different = []
    for name in base.names() if only is None else only:
        if not base.file[name].shape or name.endswith(tuple(without)):
            continue
        if not other.has(name):
            different.append(name + " (missing)")
            continue
        here, there = _selection(base, other, name, labels)
        if not _equal(base.file[name][()][here], other.file[name][()][there]):
            different.append(name)
    return different
