"""Reading a result file by the names of its axes.

    results.get("survival", strategy="A", endpoint="os", time=5.0)

The first scenario and the first draw are meant unless said otherwise. An axis that is not named
comes back as a dimension of the array. Axes are taken from the file's dimension scales, so a
changed order of dimensions changes nothing here.
"""
import h5py
import numpy as np

PATIENT_TABLE = "patients"  # groups of the tables written on request, one table per strategy
EVENT_LOG = "event_log"


class Results:
    """A result file, open for reading."""

    def __init__(self, path):
        self.path = path
        self.file = h5py.File(path, "r")

    def names(self):
        """Names of the variables outside groups."""
        return [name for name, item in self.file.items() if isinstance(item, h5py.Dataset)]

    def has(self, name):
        return name in self.file

    def axes(self, name):
        """Names of the axes of a variable, in its order."""
        variable = self.file[name]
        if h5py.h5ds.is_scale(variable.id):
            return [name]
        return [dimension[0].name.rpartition("/")[2] for dimension in variable.dims]

    def axis(self, axis):
        """Coordinates of an axis: a list of labels, or an array of numbers."""
        values = self.file[axis][()]
        if values.dtype.kind in "OS":
            return [value.decode() if isinstance(value, bytes) else value for value in values]
        return values

    def _position(self, axis, wanted):
        values = self.axis(axis)
        if isinstance(values, list):
            if wanted not in values:
                raise KeyError(f"{axis} has no {wanted!r}, but {values}")
            return values.index(wanted)
        nearest = int(np.argmin(np.abs(values - wanted)))
        if abs(values[nearest] - wanted) > 1e-9 * max(1.0, abs(wanted)):
            raise KeyError(f"{axis} has no {wanted!r}; the nearest is {values[nearest]!r}")
        return nearest

    def get(self, name, **where):
        """Values of a variable where its axes have the given labels or numbers."""
        axes = self.axes(name)
        unknown = set(where) - set(axes)
        if unknown:
            raise KeyError(f"{name} has the axes {axes}, not {sorted(unknown)}")
        index = []
        for axis in axes:
            if axis in where:
                index.append(self._position(axis, where[axis]))
            else:
                index.append(0 if axis in ("scenario", "draw") else slice(None))
        return self.file[name][tuple(index)]

    def table(self, group, strategy):
        """Columns of a row-per-patient or row-per-event table as a dictionary of arrays."""
        columns = self.file[f"{group}/{strategy}"]
        return {name: item[()] for name, item in columns.items()
                if isinstance(item, h5py.Dataset)}
