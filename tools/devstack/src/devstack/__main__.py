"""`python -m devstack`: the house from the command line."""

import sys

from devstack.cli import app

if __name__ == "__main__":
    sys.exit(app())
