"""``python -m recoverable``: the same command as the console script."""

import sys

from recoverable.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
