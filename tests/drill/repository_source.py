"""A source that backs itself up with the real pgBackRest into two encrypted repositories: a folder, and S3 on moto's server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from recoverable.drill.postgres.account import hand_over, server_account
from recoverable.drill.postgres.running import run_program
from tests.drill.pgbackrest_program import pgbackrest, reachable_by_all
from tests.drill.server_programs import programs_or_skip
from tests.drill.source_server import Moment, Source, running_source
from tests.drill.tls_front import tls_front
from tests.support.moto_server import MotoServer

STANZA = "shop"
PASSPHRASES = ("marked-passphrase-of-the-folder", "marked-passphrase-of-s3")
KEY, KEY_SECRET = "AKIAMARKED", "marked-secret-key"
BUCKET = "backups"


@dataclass(frozen=True)
class RepositorySource:
    """The configuration that made the backups, and the moments."""

    folder: Path
    program: Path
    config: Path
    moments: dict[str, Moment]
    s3_port: int

    @property
    def repository(self) -> Path:
        """The one in a folder."""
        return self.folder / "repository"


@contextmanager
def repository_source(folder: Path) -> Iterator[RepositorySource]:
    """Backups in both repositories; the source is gone, moto's server runs while entered."""
    programs_or_skip(15)  # what Debian's pgBackRest 2.45 knows; asked first, so that nothing is fetched in vain
    program = reachable_by_all(pgbackrest(), folder)
    with MotoServer() as endpoint, tls_front(int(endpoint.rsplit(":", 1)[1]), folder) as port:
        client = boto3.client("s3", endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id=KEY, aws_secret_access_key=KEY_SECRET)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        config = _configure(folder, port)
        command = f"{program} --config={config} --stanza={STANZA} archive-push %p"
        with running_source(15, folder, settings={"archive_command": command}) as source:
            moments = _back_up(source, program, config)
        yield RepositorySource(folder, program, config, moments, port)


def _configure(folder: Path, port: int) -> Path:
    account = server_account()
    for name in ("repository", "log", "lock", "spool"):
        (folder / name).mkdir()
        hand_over(folder / name, account)
    config = folder / "pgbackrest.conf"
    config.write_text(
        f"""[global]
repo1-path={folder}/repository
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass={PASSPHRASES[0]}
repo1-retention-full=2
repo1-bundle=y
repo2-type=s3
repo2-path=/of-the-shop
repo2-s3-bucket={BUCKET}
repo2-s3-endpoint=localhost
repo2-storage-port={port}
repo2-storage-verify-tls=n
repo2-s3-uri-style=path
repo2-s3-region=eu-west-1
repo2-s3-key={KEY}
repo2-s3-key-secret={KEY_SECRET}
repo2-cipher-type=aes-256-cbc
repo2-cipher-pass={PASSPHRASES[1]}
repo2-retention-full=2
repo2-bundle=y
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
    config.chmod(0o600)
    hand_over(config, account)
    return config


def _back_up(source: Source, program: Path, config: Path) -> dict[str, Moment]:
    def tool(*words: str) -> None:
        order = [program, f"--config={config}", f"--stanza={STANZA}", f"--pg1-port={source.server.port}", *words]
        run_program(order, account=source.server.account)

    tool("stanza-create")
    source.order(40, "before the backup")
    for repository in (1, 2):
        tool("--type=full", f"--repo={repository}", "backup")
    source.order(300, "first")
    source.moment("first")
    source.order(300, "second")
    source.moment("second", restore_point="before_release")
    source.order(1, "last")
    source.moment("last")
    tool("check")  # switches to a new segment and waits until the old one is in both archives
    return dict(source.moments)
