"""How a managed copy is reached: over TLS that proves the server, unless it is on this machine."""

from __future__ import annotations

import ipaddress
import ssl
from urllib.parse import parse_qsl, unquote, urlsplit

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import RestoreFailedError

PORT = 5432


def from_uri(uri: str) -> Connection:
    """The connection of a ``postgresql://`` URI, with the server's certificate verified.

    Raises:
        RestoreFailedError: it is none; its text is not repeated.
    """
    parts = urlsplit(uri)
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname or not parts.username:
        raise RestoreFailedError("the API gave no connection URI", "Look at the endpoint of the branch.")
    asked = dict(parse_qsl(parts.query))
    options = verified(parts.hostname)
    if "options" in asked:
        options += (("options", asked["options"]),)
    return Connection(
        parts.hostname,
        parts.port or PORT,
        unquote(parts.username),
        unquote(parts.path.lstrip("/")),
        Secret(unquote(parts.password or "")),
        options,
    )


def verified(host: str) -> tuple[tuple[str, str], ...]:
    """Libpq's words for TLS: full verification, except on loopback, where nobody listens in between."""
    if is_loopback(host):
        return (("sslmode", "prefer"),)
    return (("sslmode", "verify-full"), ("sslrootcert", ssl.get_default_verify_paths().cafile or "system"))


def is_loopback(host: str) -> bool:
    """Whether an address is on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(host: str) -> bool:
    """Whether an address is loopback or of a private network; a name is public, since nobody here knows who resolves it to what."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"
