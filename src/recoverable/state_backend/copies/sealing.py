"""Encrypts copies of state with a key that is in a file or an environment variable, by the library ``cryptography`` (Fernet).

Fernet encrypts and authenticates: what was changed by one bit is not opened. The key is never an argument, and never shown.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recoverable.model.errors import InputError

VARIABLE = "RECOVERABLE_STATE_KEY"
FIX = f"Make one with `recoverable state-backend backup NAME --new-key FILE`, and name it with --key-file, or put it into {VARIABLE}."
MOST_BYTES = 4096


class SealError(Exception):
    """What was to be opened was changed, or another key sealed it."""


class Seal:
    """A key at work. Neither ``repr`` nor pickling gives it away."""

    __slots__ = ("_close", "_open")

    def __init__(self, key: str) -> None:
        fernet = _fernet()
        try:
            made = fernet(key.encode())
        except ValueError:  # what it says could hold the key
            raise InputError("the key is none: it must be 32 bytes in URL-safe base64", "", FIX) from None
        self._close: Callable[[bytes], bytes] = made.encrypt
        self._open: Callable[[bytes], bytes] = made.decrypt

    def close(self, plain: bytes) -> bytes:
        """Encrypt."""
        return self._close(plain)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            SealError: it was changed, or another key sealed it.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._open(sealed)
        except InvalidToken:
            raise SealError("it was changed, or it was sealed with another key") from None

    def __repr__(self) -> str:
        return "Seal(…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled")


def read_seal(file: Path | None) -> Seal:
    """The key in a file, else in the environment variable.

    Raises:
        InputError: there is none, or it cannot be used.
    """
    if file is None:
        found = os.environ.get(VARIABLE, "").strip()
        if not found:
            raise InputError("there is no key to encrypt with", "", FIX)
        return Seal(found)
    try:
        with file.open("rb") as stream:
            found = stream.read(MOST_BYTES).decode("ascii").strip()
    except OSError as error:
        raise InputError(f"the key's file cannot be read: {error.strerror}", str(file), FIX) from None
    except UnicodeDecodeError:
        raise InputError("the key's file holds no key", str(file), FIX) from None
    return Seal(found)


def new_key() -> str:
    """A new key, for a file that its owner alone can read."""
    made: bytes = _fernet().generate_key()
    return made.decode()


def _fernet() -> Any:
    try:
        from cryptography.fernet import Fernet
    except ImportError:
        raise InputError("cryptography is not installed", "", "pip install 'recoverable[state]'.") from None
    return Fernet
