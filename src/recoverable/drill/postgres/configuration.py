"""The settings of a server that a drill runs: ours from the first line to the last, nothing of the source's files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HBA = """# Whoever can enter the socket's folder may be anybody; over loopback a password is asked for.
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""

ISOLATED = {
    "archive_mode": "off",  # a copy that archives forks the source's history: the next restore would follow the drill
    "archive_command": "",
    "max_logical_replication_workers": "0",  # subscriptions of the source would go on here
    "primary_conninfo": "",
    "primary_slot_name": "",
    "cron.launch_active_jobs": "off",
    "timescaledb.max_background_workers": "0",
    "ssl": "off",
    "logging_collector": "off",
    "listen_addresses": "127.0.0.1",
}
"""No way out of a copy. Settings with a dot belong to extensions that may not be there; PostgreSQL takes them all the same."""

SIDE_EFFECTS = frozenset({"pg_cron", "pglogical", "spock", "bdr", "pg_partman_bgw", "pgagent", "pg_background", "pg_net", "citus"})
"""Libraries that act by themselves, or on other servers, once they are loaded."""


def basic_settings(data: Path, folder: Path, sockets: Path, port: int) -> dict[str, str]:
    """Where the server's files are, where it listens, and what it writes down."""
    return {
        "data_directory": str(data),
        "hba_file": str(folder / "pg_hba.conf"),
        "ident_file": str(folder / "pg_ident.conf"),
        "external_pid_file": "",
        "unix_socket_directories": f'"{sockets}"',  # a list: quoted, so that a comma in the path is one
        "unix_socket_permissions": "0700",
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "password_encryption": "scram-sha-256",
        "shared_buffers": "128MB",
        "log_destination": "stderr",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "lc_messages": "C",
    }


def as_text(settings: Mapping[str, str]) -> str:
    """As ``postgresql.conf``."""
    return "".join(f"{name} = {quoted(value)}\n" for name, value in settings.items())


def quoted(value: str) -> str:
    """A value between quotes, as the reader of ``postgresql.conf`` undoes them (backslashes and quotes doubled)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def read_settings(text: str) -> dict[str, str]:
    """Settings of a ``postgresql.conf`` or ``postgresql.auto.conf``; the last one counts. Includes are not followed."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, value = _split(line)
        if name:
            found[name.lower()] = value
    return found


def _split(line: str) -> tuple[str, str]:
    line = line.strip()
    if not line or line.startswith("#"):
        return "", ""
    end = next((index for index, letter in enumerate(line) if letter in " \t="), len(line))
    name, rest = line[:end], line[end:].lstrip(" \t")
    rest = rest.removeprefix("=").strip()
    if not rest.startswith("'"):
        return name, rest.split("#")[0].strip()
    value, index = "", 1
    while index < len(rest):
        letter = rest[index]
        if letter == "\\" and index + 1 < len(rest):
            value += rest[index + 1]
            index += 2
        elif letter == "'":
            if rest[index + 1 : index + 2] != "'":
                break
            value += "'"
            index += 2
        else:
            value += letter
            index += 1
    return name, value
