"""recoverable: declare, enforce, prove and alert on a backup strategy.

The package root holds dunder files only: Checkov's git mode executes every other Python file
that lies in a folder with an ``__init__.py``, so sub-folders are namespace packages.
"""

__version__ = "0.1.0"
