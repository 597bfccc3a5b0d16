"""The options of verbs that work on copies of state, and what they stand for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.state_backend.calls import Aws
    from recoverable.state_backend.copies.places import Place
    from recoverable.state_backend.copies.source import Source
    from recoverable.state_backend.settings import Backend


def add_place(parser: argparse.ArgumentParser) -> None:
    """Where s3:// is, and the key."""
    group = parser.add_argument_group("an s3:// place elsewhere than the backend")
    group.add_argument("--place-region", metavar="R", default="", help="its region (default: the backend's)")
    group.add_argument("--place-endpoint", metavar="URL", default="", help="its server, of another provider of S3")
    group.add_argument("--place-profile", metavar="P", default="", help="the AWS profile that may use it")
    parser.add_argument(
        "--key-file", metavar="FILE", type=Path, help="the key of the copies (default: the environment variable RECOVERABLE_STATE_KEY)"
    )


def source_of(backend: Backend) -> Source:
    """Who is asked for the states.

    Raises:
        InputError: there is no token of HCP Terraform.
    """
    from recoverable.state_backend.copies.gcs_source import GcsSource
    from recoverable.state_backend.copies.hcp_source import HcpSource
    from recoverable.state_backend.copies.s3_source import S3Source
    from recoverable.state_backend.settings import GcsBackend, HcpBackend

    if isinstance(backend, GcsBackend):
        return GcsSource(backend)
    return HcpSource(backend) if isinstance(backend, HcpBackend) else S3Source(backend)


def place_named(text: str, args: argparse.Namespace, backend: Backend) -> Place:
    """The place that somebody wrote.

    Raises:
        InputError: it is none, or options of S3 are beside another one.
    """
    from recoverable.state_backend.copies.gcs_place import SCHEME
    from recoverable.state_backend.copies.places import place_of

    if text.startswith(SCHEME) and (args.place_region or args.place_endpoint or args.place_profile):
        fix = "Cloud Storage takes application default credentials: set GOOGLE_APPLICATION_CREDENTIALS."
        raise InputError("--place-region, --place-endpoint and --place-profile are for s3://", text, fix)
    return place_of(text, _cloud_of_place(args, backend))


def _cloud_of_place(args: argparse.Namespace, backend: Backend) -> Aws:
    """Who is asked for an s3:// place: without further words the backend's own server and region, else those of the profile."""
    from recoverable.state_backend.calls import Aws
    from recoverable.state_backend.settings import S3Backend

    region, endpoint = (backend.region, backend.endpoint) if isinstance(backend, S3Backend) else ("", "")
    own = args.place_endpoint or (endpoint if not args.place_region and not args.place_profile else "")
    return Aws(args.place_region or region, own, args.place_profile)


MEANINGS = {
    exits.CLEAN: "done, and proven",
    exits.FINDINGS: "a copy was changed, or cannot be read, or the cloud refuses",
    exits.BAD_INPUT: "bad option, settings, key or place; or there is no such state",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the cloud cannot be reached or throttles after all retries; safe to run again",
    exits.INTERRUPTED: "interrupted; a copy without manifest.json is none",
}
