"""Alembic projects with the real Alembic in an environment of its own, made once in the user's cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path

VERSION = "1.20.1"
PACKAGES = (f"alembic=={VERSION}", "sqlalchemy==2.0.51", "psycopg[binary]==3.3.9")
INI = "[alembic]\nscript_location = %(here)s/versions_of_app\n"
ENV = """\
import os
from alembic import context
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine

metadata = MetaData()
Table("customers", metadata, Column("id", Integer, primary_key=True), Column("name", String, nullable=False))
Table("orders", metadata, Column("id", Integer, primary_key=True), Column("total", Integer, nullable=False))

with create_engine(os.environ["VARIABLE"]).connect() as connection:
    context.configure(connection=connection, target_metadata=MODELS)
    with context.begin_transaction():
        context.run_migrations()
"""
SCRIPT = """\
import sqlalchemy as sa
from alembic import op
revision, down_revision = "REVISION", PARENT
def upgrade():
    UPGRADE
def downgrade():
    pass
"""
UPGRADES = {
    "a1": (
        "None",
        'op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String, nullable=False))',
    ),
    "b2": ('"a1"', 'op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))'),
    "c3": ('"b2"', 'op.add_column("orders", sa.Column("total", sa.Integer, nullable=False))'),
}


def alembic_program() -> Path:
    """Alembic's program; skips where it cannot be installed."""
    folder = user_cache_path("recoverable") / "venvs" / f"alembic-{VERSION}-py{sys.version_info.major}.{sys.version_info.minor}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = folder / ".complete"
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            print(f"installing Alembic {VERSION} (about half a minute, once) …", file=sys.__stderr__, flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            made = subprocess.run(
                [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], capture_output=True, text=True
            )
            if made.returncode:
                pytest.skip(f"pip cannot install Alembic: {made.stderr[-300:]}")
            done.touch()
    return folder / "bin" / "alembic"


def alembic_project(
    folder: Path, *revisions: str, variable: str = "DATABASE_URL", models: bool = True, upgrades: dict[str, tuple[str, str]] | None = None
) -> Path:
    """A project that declares these revisions and reads its database from this variable."""
    versions = folder / "versions_of_app" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for old in versions.glob("*.py"):
        old.unlink()
    (folder / "alembic.ini").write_text(INI, encoding="utf-8")
    env = ENV.replace("VARIABLE", variable).replace("MODELS", "metadata" if models else "None")
    (folder / "versions_of_app" / "env.py").write_text(env, encoding="utf-8")
    for revision in revisions:
        parent, upgrade = {**UPGRADES, **(upgrades or {})}[revision]
        text = SCRIPT.replace("REVISION", revision).replace("PARENT", parent).replace("UPGRADE", upgrade)
        (versions / f"{revision}.py").write_text(text, encoding="utf-8")
    return folder
