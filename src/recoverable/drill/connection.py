"""How to reach a database, without ever printing its password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode


class Secret:
    """A text that must not be shown: ``repr``, ``str``, formatting and pickling all refuse to give it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "…"

    def __format__(self, spec: str) -> str:
        return "…"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


class ShortLived(Secret):
    """A password that expires (an access token): it is asked for anew whenever it is needed. ``give`` keeps one as long as it is good."""

    __slots__ = ("_give",)

    def __init__(self, give: Callable[[], str]) -> None:
        super().__init__("")
        self._give = give

    def reveal(self) -> str:
        """The one that is good now."""
        return self._give()

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return other is self

    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a database listens and who asks. ``host`` may be a folder with a Unix socket.

    ``options`` are libpq's other keywords (``sslmode``, ``sslrootcert`` …).
    """

    host: str
    port: int
    user: str
    dbname: str
    password: Secret = field(default_factory=lambda: Secret(""))
    options: tuple[tuple[str, str], ...] = ()

    def keywords(self, dbname: str = "") -> dict[str, str]:
        """Keywords for ``psycopg.connect``; they hold the password, so they are never logged."""
        words = {"host": self.host, "port": str(self.port), "user": self.user, "dbname": dbname or self.dbname, **dict(self.options)}
        return {**words, "password": self.password.reveal()} if self.password else words

    def environment(self, dbname: str = "") -> dict[str, str]:
        """The environment variables of libpq: the way to hand a password to a program without its argument list."""
        words = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user, "PGDATABASE": dbname or self.dbname}
        words.update({f"PG{name.upper()}": value for name, value in self.options})
        return {**words, "PGPASSWORD": self.password.reveal()} if self.password else words

    def url(self) -> Secret:
        """The ``DATABASE_URL``; a secret as a whole."""
        login = quote(self.user, safe="") + (f":{quote(self.password.reveal(), safe='')}" if self.password else "")
        socket = self.host.startswith("/")
        query = [("host", self.host)] if socket else []
        query += list(self.options)
        host = "" if socket else (f"[{self.host}]" if ":" in self.host else self.host)
        tail = f"?{urlencode(query)}" if query else ""
        return Secret(f"postgresql://{login}@{host}:{self.port}/{quote(self.dbname, safe='')}{tail}")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.dbname}"
