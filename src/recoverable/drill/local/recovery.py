"""Starts the restored files as a server that replays the log to the target, is promoted there, and has no way out."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recoverable.drill.backups.placing import SET_ASIDE
from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.local.physical_plan import PhysicalPlan
from recoverable.drill.postgres.account import hand_over
from recoverable.drill.postgres.configuration import ISOLATED, SIDE_EFFECTS, read_settings
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.control_file import ControlFileError, read_control_file
from recoverable.drill.postgres.programs import Programs
from recoverable.drill.postgres.server import SUPERUSER, Server
from recoverable.drill.target import RecoveryTarget, TargetKind, format_lsn, parse_lsn

if TYPE_CHECKING:
    import psycopg

PRELOAD = "shared_preload_libraries"
_EARLY = "recovery ended before configured recovery target was reached"


def recovery_settings(plan: PhysicalPlan, restore_command: str) -> dict[str, str]:
    """Where to stop and what to do there. Times go with their offset: without one they would be in the server's zone."""
    return {
        "restore_command": restore_command,
        "recovery_target_timeline": str(plan.chain.timeline),
        "recovery_target_inclusive": "on",
        "recovery_target_action": "promote",
        "hot_standby": "off",  # it is asked nothing before it is promoted, and need not have the source's max_connections then
        **_target(plan.target),
    }


def _target(target: RecoveryTarget) -> dict[str, str]:
    if target.kind is TargetKind.TIME and target.time:
        return {"recovery_target_time": f"{target.time.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S.%f}+00"}
    if target.kind is TargetKind.NAME:
        return {"recovery_target_name": target.name}
    return {"recovery_target_lsn": format_lsn(target.lsn or 0)}


def settings_of_source(folder: Path) -> dict[str, str]:
    """What the source's own files say, as far as they lie in its data directory."""
    found: dict[str, str] = {}
    for name in ("postgresql.conf", SET_ASIDE):
        path = folder / name
        if path.is_file():
            found |= read_settings(path.read_text(encoding="utf-8", errors="replace"))
    return found


def preload(settings: Mapping[str, str], programs: Programs, ignored: Iterable[str]) -> tuple[list[str], list[str]]:
    """The libraries to load of those that the source loads, and those that are missing here."""
    named = [each.strip().strip('"').removeprefix("$libdir/") for each in settings.get(PRELOAD, "").split(",")]
    wanted = [each for each in named if each and each not in SIDE_EFFECTS and each not in set(ignored)]
    return [each for each in wanted if programs.has_library(each)], [each for each in wanted if not programs.has_library(each)]


def required_settings(programs: Programs, data: Path) -> dict[str, str]:
    """Sizes that must not be smaller than the source's (locks and prepared transactions are replayed into them).

    Raises:
        RestoreFailedError: the restored control file cannot be read.
    """
    try:
        return {name: str(value) for name, value in read_control_file(programs, data).settings.items()}
    except ControlFileError as error:
        raise RestoreFailedError(f"the restored control file cannot be used: {error}", "The backup is damaged.") from None


def prepare(server: Server, plan: PhysicalPlan, restore_command: str, ignored: Iterable[str]) -> None:
    """Set the server up over placed files.

    Raises:
        RestoreFailedError: a library that the source loads is missing here, or the files are damaged.
    """
    there, missing = preload(settings_of_source(server.data), plan.programs, ignored)
    if missing:
        raise RestoreFailedError(
            f"the source loads {', '.join(missing)}, which is not installed here", "Install it, or name it in preload_ignored."
        )
    server.settings = {
        **ISOLATED,
        "autovacuum": "off",  # stopped between cutting a file and writing down its new size, it leaves what looks like a table cut off
        **required_settings(plan.programs, server.data),
        **({PRELOAD: ", ".join(there)} if there else {}),
        **recovery_settings(plan, restore_command),
    }
    (server.data / SET_ASIDE).unlink(missing_ok=True)
    for path, text in ((server.data / SET_ASIDE, ""), (server.data / "recovery.signal", "")):
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        hand_over(path, server.account)


def without_recovery(server: Server) -> None:
    """After the promotion: the same settings without a target, for later starts."""
    server.settings = {
        name: value
        for name, value in server.settings.items()
        if not name.startswith("recovery_") and name not in ("restore_command", "hot_standby")
    }
    server.fixed_port = True


def explain(error: str, plan: PhysicalPlan, problem: str) -> RestoreFailedError:
    """Why the server did not come up, in the words of whoever has to do something about it."""
    if problem:
        return RestoreFailedError(problem, "Mind the archive and its permissions.")
    if _EARLY in error:
        return RestoreFailedError(
            f"the log ended before the target {plan.target} was reached: {error}",
            "The archive changed since it was proven, or no commit follows the target.",
        )
    return RestoreFailedError(f"the restored server did not start: {error}", "")


def verify_identity(connection: psycopg.Connection[Any], server: Server, plan: PhysicalPlan) -> None:
    """That this is our copy, promoted, and where it should be.

    Raises:
        RestoreFailedError: it is not.
    """
    row = connection.execute(
        "SELECT current_setting('data_directory'), pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system()), "
        "pg_last_wal_replay_lsn()::text"
    ).fetchone()
    directory, recovering, identifier, replayed = row or ("", True, 0, None)
    if Path(directory).resolve() != server.data.resolve():
        raise RestoreFailedError("the server that answers is not the copy", "Something else listens where the copy should.")
    if identifier != plan.origin.system_identifier:
        raise RestoreFailedError(f"the copy is of cluster {identifier}, the backup of {plan.origin.system_identifier}", "")
    if recovering:
        raise RestoreFailedError("the copy was not promoted", "")
    if plan.target.kind is TargetKind.LSN and (replayed is None or parse_lsn(replayed) < (plan.target.lsn or 0)):
        raise RestoreFailedError(f"replay ended at {replayed}, before {plan.target}", "")


def as_superuser(server: Server, named: str) -> psycopg.Connection[Any]:
    """A superuser's connection on the private socket.

    Raises:
        RestoreFailedError: none of the usual names is a superuser there.
    """
    import psycopg

    names = [named] if named else ["postgres", SUPERUSER]
    for name in names:
        try:
            found = connect(server.socket(user=name))
        except psycopg.OperationalError:
            continue
        if (found.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() or (False,))[0]:
            return found
        found.close()
    raise RestoreFailedError(f"{' and '.join(names)}: not a superuser of the source", 'Name one with superuser = "…".')


def own_role(connection: psycopg.Connection[Any], server: Server) -> None:
    """The drill's own superuser. Only the hash of its password is sent: statements can be logged, by settings of the source."""
    from psycopg import sql

    secret = connection.pgconn.encrypt_password(server.password.reveal().encode(), SUPERUSER.encode(), b"scram-sha-256").decode()
    there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (SUPERUSER,)).fetchone()
    order = sql.SQL("{} ROLE {} SUPERUSER LOGIN CONNECTION LIMIT -1 VALID UNTIL 'infinity' PASSWORD {}")
    connection.execute(order.format(sql.SQL("ALTER" if there else "CREATE"), sql.Identifier(SUPERUSER), sql.Literal(secret)))


def close_ways_out(server: Server, say: Callable[[str], None]) -> None:
    """In every database: subscriptions off, logins to foreign servers away. Cron and its like were never loaded."""
    from psycopg import sql

    with connect(server.connection()) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1").fetchall()]
    subscriptions = mappings = 0
    for name in names:
        with connect(server.connection(name)) as connection:
            mine = "SELECT subname FROM pg_subscription WHERE subenabled AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
            for (each,) in connection.execute(mine).fetchall():
                connection.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(sql.Identifier(each)))
                subscriptions += 1
            for user, foreign in connection.execute("SELECT usename, srvname FROM pg_user_mappings").fetchall():
                who = sql.SQL("PUBLIC") if user == "public" else sql.Identifier(user)
                connection.execute(sql.SQL("DROP USER MAPPING FOR {} SERVER {}").format(who, sql.Identifier(foreign)))
                mappings += 1
    if subscriptions or mappings:
        say(f"closed in the copy: {subscriptions} subscriptions, {mappings} logins to foreign servers")


def database_of(connection: psycopg.Connection[Any], named: str) -> str:
    """The database to verify: the one that is named, else the only one that is not PostgreSQL's own, else postgres.

    Raises:
        RestoreFailedError: the one that is named is not there.
    """
    rows = connection.execute("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1").fetchall()
    there = [row[0] for row in rows]
    if named and named not in there:
        raise RestoreFailedError(
            f"the restored cluster has no database {named!r}; it has {', '.join(there)}", "Wrong backup, or wrong database."
        )
    others = [each for each in there if each != "postgres"]
    return named or (others[0] if len(others) == 1 else "postgres")
