"""`python -m reconciler`."""

import sys

# Before anything is imported that an older Python cannot even read; a test runs the oldest one it finds.
if sys.version_info < (3, 11):  # noqa: UP036 - an older one may run this file all the same
    found = "{}.{}".format(*sys.version_info[:2])
    sys.exit("reconciler: this is Python " + found + "; it needs Python 3.11 or newer: python3.11 -m reconciler")

from reconciler.cli.main import run

if __name__ == "__main__":
    run()
