"""A source as an application has it: one database made by the real drizzle-kit, one by the real Alembic, a base backup with its
archive, and an encrypted pgBackRest repository in S3 (moto's server behind TLS). Every secret is marked.

>>> with whole_source(folder) as source: source.watcher.run(*RECOVERABLE, "drill", "run", "drizzled")
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from recoverable.drill.database_url import database_url
from recoverable.drill.postgres.account import hand_over, server_account
from recoverable.drill.postgres.running import run_program
from tests.drill.migrations.conftest import give_to_app
from tests.drill.pgbackrest_program import pgbackrest, reachable_by_all
from tests.drill.source_server import Source, running_source
from tests.drill.tls_front import tls_front
from tests.support.alembic_projects import alembic_program, alembic_project
from tests.support.drill_copies import execute
from tests.support.drizzle_projects import TIMES, DrizzleProject
from tests.support.moto_server import MotoServer
from tests.support.watching import Watcher

RECOVERABLE = (sys.executable, "-m", "recoverable")
STANZA = "whole"
REPOSITORY, EVIDENCE = "repository", "evidence"
REGION = "eu-west-1"
APPLIED, SCRIPTS = 2, ("a1", "b2", "c3")
SETTINGS = """[drill]
ledger = "s3://{evidence}/drills"
ledger_lock_days = 40

[drill.stores.drizzled]
provider = "local"
environment = "prod"
[drill.stores.drizzled.source]
base_backups = "{folder}/base"
wal_archive = "{folder}/archive"
database = "by_drizzle"
[drill.stores.drizzled.expect]
heartbeat = "shop"
unlogged = {{ shop = ["public.sessions"] }}
[drill.stores.drizzled.migrations]
tool = "drizzle"
project = "drizzle-app"
environment = ["MARKED_TOKEN"]
[[drill.stores.drizzled.smoke.queries]]
name = "orders"
sql = "SELECT count(*) FROM orders"
equals = 3
[[drill.stores.drizzled.smoke.commands]]
name = "tells-all"
command = ["sh", "-c", "env; echo to stderr: $DATABASE_URL $MARKED_TOKEN >&2; exit 0"]
environment = ["MARKED_TOKEN"]
matches = "^DATABASE_URL="

[drill.stores.loud]
provider = "local"
environment = "prod"
depth = "quick"
[drill.stores.loud.source]
base_backups = "{folder}/base"
wal_archive = "{folder}/archive"
database = "by_drizzle"
[drill.stores.loud.expect]
heartbeat = "shop"
unlogged = {{ shop = ["public.sessions"] }}
[[drill.stores.loud.smoke.commands]]
name = "fails"
command = ["sh", "-c", "env; echo $DATABASE_URL >&2; exit 3"]
environment = ["MARKED_TOKEN"]

[drill.stores.in-s3]
provider = "local"
environment = "prod"
depth = "quick"
[drill.stores.in-s3.source]
database = "by_alembic"
[drill.stores.in-s3.source.pgbackrest]
stanza = "{stanza}"
program = "{program}"
path = "/whole"
type = "s3"
s3_bucket = "{repository}"
s3_endpoint = "localhost"
s3_region = "{region}"
s3_port = {port}
s3_uri_style = "path"
verify_tls = false
cipher_pass_file = "passphrase"
s3_key_env = "REPOSITORY_KEY"
s3_key_secret_env = "REPOSITORY_SECRET"
[drill.stores.in-s3.expect]
heartbeat = "shop"
unlogged = {{ shop = ["public.sessions"] }}
[drill.stores.in-s3.migrations]
tool = "alembic"
project = "alembic-app"
command = ["{alembic}"]
url_scheme = "postgresql+psycopg"
[[drill.stores.in-s3.smoke.commands]]
name = "fails-loudly"
command = ["sh", "-c", "echo $DATABASE_URL; exit 3"]
exits = [3]
"""


def marked(what: str) -> str:
    """A secret that is told from every other on the machine, with letters that some forms have to encode."""
    return f"marked-{what}-{secrets.token_hex(6)}/+%"


@dataclass(frozen=True)
class WholeSource:
    """Where everything is. ``secrets`` are all that must show nowhere but in ``inputs``."""

    work: Path
    scratch: Path
    watcher: Watcher
    secrets: tuple[str, ...]
    endpoint: str

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files that hold a secret because the user put it there."""
        return (self.work / "passphrase",)


@contextmanager
def whole_source(folder: Path) -> Iterator[WholeSource]:
    """The source itself is gone; moto's server runs while entered."""
    program = reachable_by_all(pgbackrest(), folder)
    work, scratch = folder / "work", folder / "scratch"
    for each in (work, scratch):
        each.mkdir()
    words = {name: marked(name) for name in ("passphrase", "repository-secret", "cloud-secret", "token", "reader", "beater")}
    keys = {name: f"AKIA{secrets.token_hex(8).upper()}" for name in ("repository", "cloud")}
    with MotoServer() as endpoint, tls_front(int(endpoint.rsplit(":", 1)[1]), folder) as port:
        environment = {
            "TMPDIR": str(scratch),
            "RECOVERABLE_STATE_DIR": str(work / "state"),
            "MARKED_TOKEN": words["token"],
            "REPOSITORY_KEY": keys["repository"],
            "REPOSITORY_SECRET": words["repository-secret"],
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": keys["cloud"],
            "AWS_SECRET_ACCESS_KEY": words["cloud-secret"],
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        watcher = Watcher(work, environment)
        _buckets(endpoint, keys["cloud"], words["cloud-secret"])
        (work / "passphrase").write_text(words["passphrase"] + "\n")
        (work / "passphrase").chmod(0o600)
        settings = {"folder": folder, "stanza": STANZA, "program": program, "port": port, "alembic": alembic_program(), "region": REGION}
        text = SETTINGS.format(**settings, repository=REPOSITORY, evidence=EVIDENCE)
        (work / "recoverable.toml").write_text(text)
        config = _configure(folder, port, words["passphrase"], keys["repository"], words["repository-secret"])
        tool = f"{program} --config={config} --stanza={STANZA}"
        archive = f"cp %p {folder}/archive/.%f.part && mv {folder}/archive/.%f.part {folder}/archive/%f && {tool} archive-push %p"
        with running_source(15, folder, settings={"archive_command": archive}) as source:
            backrest = [*tool.split(), f"--pg1-port={source.server.port}"]
            run_program([*backrest, "stanza-create"], account=source.server.account)
            _fill(source, work)
            _roles(source, words["reader"], words["beater"])
            _write_down(source, watcher, words)
            _back_up(source, backrest)
        config.unlink()  # from here on only the drill's own settings know the repository
        yield WholeSource(work, scratch, watcher, (*words.values(), keys["repository"], keys["cloud"]), endpoint)


def _buckets(endpoint: str, key: str, secret: str) -> None:
    client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret)
    place = {"LocationConstraint": REGION}
    client.create_bucket(Bucket=REPOSITORY, CreateBucketConfiguration=place)  # type: ignore[arg-type]
    client.create_bucket(Bucket=EVIDENCE, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)  # type: ignore[arg-type]


def _configure(folder: Path, port: int, passphrase: str, key: str, secret: str) -> Path:
    account = server_account()
    for name in ("log", "lock", "spool"):
        (folder / name).mkdir()
        hand_over(folder / name, account)
    config = folder / "pgbackrest.conf"
    config.touch(mode=0o600)
    config.write_text(
        f"""[global]
repo1-type=s3
repo1-path=/whole
repo1-s3-bucket={REPOSITORY}
repo1-s3-endpoint=localhost
repo1-storage-port={port}
repo1-storage-verify-tls=n
repo1-s3-uri-style=path
repo1-s3-region={REGION}
repo1-s3-key={key}
repo1-s3-key-secret={secret}
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass={passphrase}
repo1-retention-full=2
repo1-bundle=y
process-max=2
log-path={folder}/log
lock-path={folder}/lock
spool-path={folder}/spool
compress-type=zst
start-fast=y
log-level-console=warn

[{STANZA}]
pg1-path={folder}/source/data
pg1-socket-path={folder}/source/s
pg1-user=postgres
pg1-database=postgres
"""
    )
    hand_over(config, account)
    return config


def _fill(source: Source, work: Path) -> None:
    """Both applications are a deploy behind: the last migration of each is declared and not applied."""
    for database in ("by_drizzle", "by_alembic"):
        source.execute(f"CREATE DATABASE {database} OWNER app", "postgres")
    drizzle = DrizzleProject.create(work / "drizzle-app").declare(*tuple(TIMES)[:APPLIED])
    made = source.server.connection("by_drizzle")
    drizzle.migrate(made)
    give_to_app(made)
    execute(made, "INSERT INTO customers (name) VALUES ('ann')", "INSERT INTO orders (customer, total) VALUES (1, 1), (1, 2), (1, 3)")
    drizzle.declare(*TIMES)
    alembic = alembic_project(work / "alembic-app", *SCRIPTS[:APPLIED])
    other = source.server.connection("by_alembic")
    url = database_url(other, "postgresql+psycopg").reveal()
    order = [alembic_program(), "upgrade", "heads"]
    subprocess.run(order, cwd=alembic, check=True, capture_output=True, env={**os.environ, "DATABASE_URL": url})
    give_to_app(other)
    alembic_project(work / "alembic-app", *SCRIPTS)


def _roles(source: Source, reader: str, beater: str) -> None:
    from psycopg import sql

    from recoverable.drill.postgres.connect import connect

    with connect(source.server.socket("shop")) as opened:
        for name, password, group in (("reader", reader, "pg_read_all_data"), ("beater", beater, "pg_write_all_data")):
            statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}")
            opened.execute(statement.format(sql.Identifier(name), sql.Literal(password), sql.Identifier(group)))
        opened.execute("ALTER TABLE recoverable_heartbeat OWNER TO beater")


def _write_down(source: Source, watcher: Watcher, words: dict[str, str]) -> None:
    """Baselines and heartbeats by the commands, which get their connection strings as a user gives them."""
    from urllib.parse import quote

    def url(role: str, database: str) -> str:
        return f"postgresql://{role}:{quote(words[role], safe='')}@127.0.0.1:{source.server.port}/{database}"

    for store in ("drizzled", "in-s3"):
        done = watcher.run(*RECOVERABLE, "drill", "baseline", store, DATABASE_URL=url("reader", "shop"))
        assert done.code == 0, done.err
    done = watcher.run(*RECOVERABLE, "drill", "heartbeat", "--times", "2", "--interval", "1s", DATABASE_URL=url("beater", "shop"))
    assert done.code == 0, done.err
    failed = watcher.run(*RECOVERABLE, "drill", "heartbeat", "--times", "1", DATABASE_URL=url("beater", "nosuch"))
    assert failed.code != 0


def _back_up(source: Source, backrest: list[str]) -> None:
    source.base_backup(source.folder / "base")
    run_program([*backrest, "--type=full", "backup"], account=source.server.account)
    source.order(100, "after the backup")
    source.order(1, "last")
    source.switch()
    run_program([*backrest, "check"], account=source.server.account)
