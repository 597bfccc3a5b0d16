"""Whose account a server runs under: PostgreSQL refuses root, so root lends it another one."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from recoverable.model.errors import InputError

VARIABLE = "RECOVERABLE_POSTGRES_ACCOUNT"
"""Names the account that root lends; without it ``nobody``."""
DEFAULT = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """A user id and its group."""

    uid: int
    gid: int

    @property
    def foreign(self) -> bool:
        """Whether it is another than ours, so that files must be handed over."""
        return self.uid != os.geteuid()


def server_account() -> Account:
    """The account that servers run under: ours, or for root the one that :data:`VARIABLE` names, or ``nobody``.

    Raises:
        InputError: root has no other account to lend, or the one that was named is root or unknown.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    name = os.environ.get(VARIABLE) or DEFAULT
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise InputError(
            f"there is no account {name!r} to run PostgreSQL under", VARIABLE, "Name one that exists and is not root."
        ) from None
    if found.pw_uid == 0:
        raise InputError(f"PostgreSQL does not run as {name!r}, who is root", VARIABLE, "Name an account without privileges.")
    return Account(found.pw_uid, found.pw_gid)


def hand_over(path: Path, account: Account) -> None:
    """Give a tree to an account; links themselves, never what they point to."""
    if not account.foreign:
        return
    os.chown(path, account.uid, account.gid, follow_symlinks=False)
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(os.path.join(folder, name), account.uid, account.gid, follow_symlinks=False)


def can_enter(path: Path, account: Account) -> bool:
    """Whether an account may pass every folder on the way to a path and read what is there (by the permission bits)."""
    real = path.resolve()
    parents = [*reversed(real.parents)]
    return all(_allows(each, account, stat.S_IXOTH) for each in parents) and _allows(real, account, stat.S_IROTH)


def _allows(path: Path, account: Account, bit: int) -> bool:
    if account.uid == 0:
        return True
    try:
        found = path.stat()
    except OSError:
        return False
    shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
    return bool(found.st_mode & (bit << shift))
