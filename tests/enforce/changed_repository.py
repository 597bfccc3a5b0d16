"""Code and commits for tests of ``--changed-since``."""

from __future__ import annotations

import subprocess


def database(name: str, days: object = 1) -> str:
    """A database with few backups."""
    return f'resource "aws_db_instance" "{name}" {{\n  engine = "postgres"\n  backup_retention_period = {days}\n  tags = {{ environment = "prod" }}\n}}\n'


BUCKET = 'resource "aws_s3_bucket" "uploads" {\n  bucket = "acme-uploads"\n  tags = { environment = "prod" }\n}\n'
VERSIONING = 'resource "aws_s3_bucket_versioning" "uploads" {\n  bucket = aws_s3_bucket.uploads.id\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'


def git(*arguments: str) -> None:
    """Run git in the working folder, as somebody."""
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *arguments],
        check=True,
        capture_output=True,
    )


def commit() -> None:
    """Commit everything there is."""
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "all")
