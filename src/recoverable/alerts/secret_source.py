"""Where a secret is found: in an environment variable or a file, never in recoverable.toml itself."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from recoverable.alerts.sending import RefusedError
from recoverable.drill.connection import Secret
from recoverable.standard.typed import Table

MOST_BYTES = 65_536
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FORMS = ("env", "file")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SecretSource:
    """``form`` is env, file or text (an address that stands in the settings); ``where`` the variable, the path or the text."""

    form: str
    where: str

    def read(self) -> Secret:
        """The secret, without blanks and line ends around it.

        Raises:
            RefusedError: the variable is not set, or the file cannot be read; names which, not what is in it.
        """
        if self.form == "text":
            return Secret(self.where)
        if self.form == "env":
            found = os.environ.get(self.where, "").strip()
            if not found:
                raise RefusedError(f"the environment variable {self.where} is not set")
            return Secret(found)
        try:
            with open(self.where, encoding="utf-8") as stream:
                found = stream.read(MOST_BYTES).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise RefusedError(f"{self.where} cannot be read: {getattr(error, 'strerror', '') or 'it is no text'}") from None
        if not found:
            raise RefusedError(f"{self.where} is empty")
        return Secret(found)


def secret_keys(name: str) -> tuple[str, ...]:
    """The keys of the settings by which one secret is named."""
    return tuple(f"{name}_{form}" for form in FORMS)


def read_source(table: Table, name: str, folder: Path, *, required: bool) -> SecretSource | None:
    """The source that ``NAME_env`` or ``NAME_file`` names; exactly one of the two, and never the secret itself.

    The caller allows ``NAME`` among the known keys, so that what is told of it is this and not that it is unknown.
    """
    if name in table.data:
        table.wrong(
            name, "is a secret, which must not stand in this file", f"Write {name}_env = the name of a variable, or {name}_file = a path."
        )
        return None
    said = {form: table.text(f"{name}_{form}") for form in FORMS if f"{name}_{form}" in table.data}
    if len(said) == 1:
        ((form, where),) = said.items()
        if form == "env" and not VARIABLE.fullmatch(where):
            # Not shown: whoever puts the secret itself there must not find it in a log.
            table.wrong(f"{name}_env", "is no name of a variable", f"Name the variable that holds it, such as ALERTS_{name.upper()}.")
        if where:
            return SecretSource(form, str(folder / Path(where).expanduser()) if form == "file" else where)
    if said or required:
        table.problems.add(table.path, f"must say one of {name}_env and {name}_file", f'Write {name}_env = "ALERTS_{name.upper()}", say.')
    return None


def read_address(table: Table, folder: Path) -> SecretSource | None:
    """The address that ``url``, ``url_env`` or ``url_file`` names. One that holds a secret must be named by the latter two."""
    if "url" not in table.data:
        return read_source(table, "url", folder, required=True)
    if any(key in table.data for key in secret_keys("url")):
        table.wrong("url", "says the same as url_env or url_file", "Keep one of them.")
        return None
    said = table.text("url")
    trouble = trouble_with(said) or ("holds a question mark, behind which secrets stand" if "?" in said else "")
    if trouble:
        table.wrong("url", trouble, 'Write https://…, or url_env = "ALERTS_URL" for an address that is itself a secret.')
        return None
    return SecretSource("text", said)


def trouble_with(address: str) -> str:
    """Why an address is not used; "" where it is. Plain HTTP only reaches this machine itself."""
    try:
        split = urlsplit(address)
        host = split.hostname or ""
        _ = split.port
    except ValueError:
        return "is no address"
    if split.scheme not in ("https", "http") or not host or not address.isascii() or not address.isprintable() or " " in address:
        return "is no address of https"
    if split.username or split.password:
        return "holds a user or a password"
    if split.scheme == "http" and host not in LOOPBACK:
        return "is not encrypted: it must begin with https"
    return ""
