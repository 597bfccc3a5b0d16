"""``recoverable state-backend backup``."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from recoverable.cli import exits
from recoverable.cli.state_backend.copy_options import MEANINGS as COPY_MEANINGS
from recoverable.cli.state_backend.copy_options import add_place, place_named, source_of
from recoverable.cli.state_backend.declared import add_name, read
from recoverable.model.errors import InputError

ABOUT = "copy every state elsewhere, encrypted, with a manifest"
DESCRIPTION = """\
Copies what is current of every state of a backend on S3, on Cloud Storage or in HCP Terraform into a folder or another bucket of either cloud, encrypted by a key
of your own, with a manifest: version, sha256, serial and lineage of each. The copy is opened again before it is said to be one. Nothing is overwritten or removed."""
MEANINGS = COPY_MEANINGS


def add(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_name(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", metavar="PLACE", help="a folder, s3://bucket/prefix or gs://bucket/prefix")
    what.add_argument("--new-key", metavar="FILE", type=Path, help="make a key, write it into a new file, and do nothing else")
    add_place(parser)
    parser.add_argument("--json", action="store_true", help="print the manifest's facts as JSON")


def run(args: argparse.Namespace) -> int:
    """Copy; what was copied on stdout."""
    from recoverable.state_backend.calls import CallError, UnreachableError
    from recoverable.state_backend.copies.sealing import SealError, read_seal
    from recoverable.state_backend.copies.taking import take
    from recoverable.state_backend.settings import HcpBackend

    if args.new_key:
        return _new_key(args.new_key)
    backend = read(args)
    source = source_of(backend)
    seal = read_seal(args.key_file)
    place = place_named(args.to, args, backend)
    if f"{args.to}/".startswith(f"{source.label}/"):
        raise InputError("that is the backend's own bucket", args.to, "A copy beside the original is lost with it: name another bucket.")
    try:
        name, manifest = take(source, place, seal)
    except CallError as error:
        policy = f"`recoverable state-backend iam-policy {backend.name} --for backup`"
        fix = "The token needs to read state versions." if isinstance(backend, HcpBackend) else f"Compare with {policy}."
        print(f"error: {error}. {fix}", file=sys.stderr)
        return exits.FINDINGS
    except SealError as error:
        print(f"error: the copy does not open: {error}", file=sys.stderr)
        return exits.FINDINGS
    except UnreachableError as error:
        print(f"error: {error}", file=sys.stderr)
        return exits.UNREACHABLE
    for each in source.empty:
        print(f"{each} holds no state yet, so nothing of it was copied", file=sys.stderr)
    where = f"{place.label}/{name}"
    if args.json:
        print(json.dumps({"copy": where, **asdict(manifest), "empty": source.empty}, indent=2))
        return exits.CLEAN
    number = len(manifest.items)
    print(f"{where}: {number} state{'s' if number > 1 else ''} of {manifest.source}, encrypted, and opened again")
    for item in manifest.items:
        serial = f", serial {item.serial}, lineage {item.lineage}" if item.client == "terraform" else ""
        print(f"  {item.client:<11}{item.key}: {item.resources} resources{serial}, version {item.version or 'none'}")
    return exits.CLEAN


def _new_key(path: Path) -> int:
    """The key itself is shown nowhere."""
    from recoverable.state_backend.copies.private_files import write_new
    from recoverable.state_backend.copies.sealing import new_key

    write_new(path.expanduser().absolute(), f"{new_key()}\n".encode())
    print(f"{path}: a new key. Without it no copy can be opened: keep it elsewhere than the copies, and twice.")
    return exits.CLEAN
