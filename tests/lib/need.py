"""Skip a test by name when a tool it needs is absent.

A test that cannot run says which tool is missing and exits with 77, which CTest reports as
skipped. Import this before anything outside the standard library.
"""
import importlib.util
import sys

SKIPPED = 77


def modules(*names):
    """Exit with 77, naming them, unless all these Python modules can be imported."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        print("skipped: needs the Python module(s) " + ", ".join(missing)
              + " for " + sys.executable)
        sys.exit(SKIPPED)
