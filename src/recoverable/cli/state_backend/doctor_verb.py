"""``recoverable state-backend doctor``."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.state_backend.declared import add_name, read
from recoverable.cli.state_backend.signals import ended_by_signals
from recoverable.cli.streams import width
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.state_backend.doctor.run import Report

ABOUT = "prove that the backend keeps, encrypts, versions and locks state"
DESCRIPTION = """\
Writes a scratch state below .recoverable-doctor/, a prefix of its own: takes the locks of the declared clients, lets others compete for them,
releases them, reads a replaced version, and looks at encryption, versioning, public access, TLS, retention and lifecycle. Removes what it
wrote, by key and version. Each step says pass, fail or could not run, and what to do."""
MEANINGS = {
    exits.CLEAN: "every step passed, and nothing is left behind",
    exits.FINDINGS: "a step failed or could not run",
    exits.BAD_INPUT: "bad option or settings, or no credentials",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the cloud cannot be reached or throttles after all retries; safe to run again",
    exits.LEFTOVERS: "something that the doctor wrote could not be removed; it is listed with the command",
    exits.INTERRUPTED: "interrupted; what was written is removed, or listed",
}


def add(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_name(parser)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """The report on stdout."""
    from recoverable.state_backend.doctor import report as texts
    from recoverable.state_backend.doctor.run import InterruptedVisitError, visit
    from recoverable.state_backend.settings import HcpBackend

    backend = read(args)
    if isinstance(backend, HcpBackend):
        raise InputError(f"the doctor looks at buckets only, and {backend.name} is none", "", "Of HCP Terraform it proves nothing.")
    print(f"doctor: {len(backend.clients)} clients, below .recoverable-doctor/ of {texts.address(backend)} …", file=sys.stderr)
    try:
        with ended_by_signals():
            report = visit(backend)
    except InterruptedVisitError as stopped:
        print("interrupted", file=sys.stderr)
        for item in stopped.left:
            print(f"left behind: {item.place}; remove it with: {item.command}", file=sys.stderr)
        return exits.INTERRUPTED
    print(json.dumps(texts.as_data(report), indent=2) if args.json else "\n".join(texts.lines(report, width())))
    return _code(report)


def _code(report: Report) -> int:
    codes = {exits.CLEAN if report.proven else exits.FINDINGS}
    if report.crashed:
        codes.add(exits.INTERNAL)
    if report.left:
        codes.add(exits.LEFTOVERS)
    if report.unreachable:
        codes.add(exits.UNREACHABLE)
    return exits.worst(codes)
