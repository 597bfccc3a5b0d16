"""Strikes the secrets of a run out of every text that leaves it."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from recoverable.drill.connection import Secret

MARK = "[struck out]"
SHORTEST = 4
"""Shorter texts are struck out only as a whole word: ``a`` would take half of every sentence with it."""

_LOGIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s/:@?#\"']*):(?P<password>[^\s@/\"']+)@")
_ASSIGNED = re.compile(
    r"""(?P<name>(?:PGPASSWORD|password|passwd|passphrase|secret(?:[_-]?access)?[_-]?key|session[_-]?token|api[_-]?key|cipher-pass|token)\b["']?\s*[=:]\s*)"""
    r"""(?P<value>"[^"]*"|'[^']*'|[^\s,;&"']+)""",
    re.IGNORECASE,
)


class Redactor:
    """Knows the secrets of one run, in every form in which they may turn up."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: Secret | str) -> None:
        """Learn a secret. An empty one is none."""
        text = secret.reveal() if isinstance(secret, Secret) else secret
        new = {form for form in _forms(text) if form.strip()} - self._forms
        if new:
            self._forms |= new
            longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
            self._pattern = re.compile("|".join(_as_pattern(form) for form in longest_first))

    def text(self, text: str) -> str:
        """The text without secrets: those that are known, and what stands where a secret usually does."""
        if self._pattern:
            text = self._pattern.sub(MARK, text)
        text = _LOGIN.sub(lambda found: f"{found['scheme']}{found['user']}:{MARK}@", text)
        return _ASSIGNED.sub(lambda found: found["name"] + MARK, text)

    def data(self, value: Any) -> Any:
        """The same for data of JSON, in keys and values of any depth."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.data(each) for key, each in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.data(each) for each in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)  # JSON has no NaN
        return value if isinstance(value, (int, float, bool, type(None))) else self.text(str(value))


def secrets_of(environment: Mapping[str, str]) -> Iterator[str]:
    """Values of environment variables whose name says that they are secret; ``true`` and other small words are none."""
    for name, value in environment.items():
        if _SECRET_NAME.search(name) and len(value) >= LEAST_OF_ENVIRONMENT:
            yield value
        yield from _logins(value)


def secrets_in(settings: Any, name: str = "") -> Iterator[str]:
    """Secrets that stand in settings: under a name that says so, and passwords inside of addresses."""
    if isinstance(settings, Mapping):
        for key, value in settings.items():
            yield from secrets_in(value, str(key))
    elif isinstance(settings, (list, tuple)):
        for value in settings:
            yield from secrets_in(value, name)
    elif isinstance(settings, Secret):
        yield settings.reveal()
    elif isinstance(settings, str):
        if _SECRET_NAME.search(name) and not _POINTER.search(name):
            yield settings
        yield from _logins(settings)


def _logins(text: str) -> Iterator[str]:
    for found in _LOGIN.finditer(text):
        yield found["password"]
        yield unquote(found["password"])


LEAST_OF_ENVIRONMENT = 6
"""Characters of a variable's value from which on it may be a secret; ``5432`` or ``test`` are none."""
_POINTER = re.compile(r"_(env|file|command|variable|path)$", re.IGNORECASE)
_SECRET_NAME = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|CIPHER_PASS|DATABASE_URL|_DSN$", re.IGNORECASE
)


def _forms(text: str) -> set[str]:
    """A secret as itself, percent-encoded, in JSON, as ``repr`` and libpq write it, in base64, and line by line."""
    if not text:
        return set()
    raw = text.encode("utf-8", "surrogatepass")
    forms = {
        text,
        quote(text, safe=""),
        quote(text),
        quote_plus(text),
        unquote(text),
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        text.replace("\\", "\\\\").replace("'", "\\'"),
        text.replace("'", "''"),
    }
    if len(text) >= SHORTEST:
        forms |= {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="), raw.hex()}
    lower = quote(text, safe="")
    forms.add(re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), lower))
    lines = [line for line in text.splitlines() if len(line.strip()) >= SHORTEST]
    if len(lines) > 1:
        forms.update(lines)
    return {form for form in forms if len(form) >= SHORTEST or form == text}


def _as_pattern(form: str) -> str:
    escaped = re.escape(form)
    return escaped if len(form) >= SHORTEST else rf"(?<!\w){escaped}(?!\w)"
