"""Checkov's checks that ask what we ask, and its command line."""

from __future__ import annotations

import re
from pathlib import Path

# Everything in Checkov about backups, their retention, versioning, encryption, replication, deletion protection,
# several zones, public access to buckets and keys, for the resource types that both tools know.
EQUIVALENT = (
    "CKV_AWS_133", "CKV_AWS_16", "CKV_AWS_96", "CKV_AWS_139", "CKV_AWS_293", "CKV_AWS_157", "CKV_AWS_327", "CKV_AWS_313", "CKV2_AWS_60", "CKV2_AWS_8",
    "CKV_AWS_245", "CKV_AWS_21", "CKV_AWS_19", "CKV_AWS_144", "CKV_AWS_145", "CKV2_AWS_6", "CKV2_AWS_61", "CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_28",
    "CKV_AWS_119", "CKV_AWS_166", "CKV2_AWS_9", "CKV2_AWS_18", "CKV_AWS_7", "CKV_AWS_227", "CKV_AWS_149", "CKV_AWS_134", "CKV_AWS_29", "CKV_AWS_343",
    "CKV_AWS_64", "CKV_AWS_360", "CKV_AWS_74", "CKV_AWS_361", "CKV_AWS_44", "CKV_AWS_42", "CKV_GCP_14", "CKV_GCP_78", "CKV_GCP_81", "CKV_GCP_119",
    "CKV_GCP_43", "CKV_GCP_82", "CKV_GCP_114",
)  # fmt: skip
# Nothing is fetched: no policies of the platform, no modules, no guidelines.
OFFLINE = ("--skip-download", "--download-external-modules", "False", "--quiet", "--compact")


def command(program: Path, target: Path, *, everything: bool) -> list[str]:
    """The command line for a folder or a plan, with the equivalent checks or with all of them."""
    kind = "terraform_plan" if target.suffix == ".json" else "terraform"
    chosen = [] if everything else ["--check", ",".join(EQUIVALENT)]
    return [str(program), "-d" if target.is_dir() else "-f", str(target), "--framework", kind, *OFFLINE, *chosen]


def answers(text: str) -> int | None:
    """How many checks were answered, by the summary of a report."""
    counted = re.findall(r"Passed checks: (\d+), Failed checks: (\d+)", text)
    return sum(int(passed) + int(failed) for passed, failed in counted) if counted else None
