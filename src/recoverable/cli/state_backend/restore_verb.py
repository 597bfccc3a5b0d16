"""``recoverable state-backend restore``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.state_backend.copy_options import MEANINGS as COPY_MEANINGS
from recoverable.cli.state_backend.copy_options import add_place, place_named
from recoverable.cli.state_backend.declared import add_name, read
from recoverable.cli.state_backend.signals import ended_by_signals
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.state_backend.copies.manifest import Item, Manifest
    from recoverable.state_backend.copies.places import Place
    from recoverable.state_backend.copies.sealing import Seal
    from recoverable.state_backend.settings import Backend

ABOUT = "open a copy, and have Terraform or Pulumi read a state of it"
DESCRIPTION = """\
Opens a copy that `backup` made, and puts its states into a scratch place where the real `terraform show` or `pulumi stack import` reads them. With
--into the state stays there for you; without it, it is removed again. The backend itself is never written."""
MEANINGS = COPY_MEANINGS


def add(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_name(parser)
    parser.add_argument("--from", dest="copy", metavar="COPY", required=True, help="the folder, s3://… or gs://… of one copy")
    parser.add_argument("--state", metavar="KEY", default="", help="one state, by its key in the bucket (default: every one)")
    parser.add_argument("--into", metavar="FOLDER", type=Path, help="with --state: leave it there, readable for you alone")
    parser.add_argument("--module", metavar="FOLDER", type=Path, help="an initialised root module, for the providers of a Terraform state")
    parser.add_argument("--any-source", action="store_true", help="also a copy of another backend, or of where it lay before")
    add_place(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Open and prove; the result on stdout."""
    from recoverable.state_backend.calls import CallError, UnreachableError
    from recoverable.state_backend.copies.manifest import FILE
    from recoverable.state_backend.copies.manifest import read as read_manifest
    from recoverable.state_backend.copies.sealing import SealError, read_seal

    if args.into and not args.state:
        raise InputError("--into takes one state", "--state", "Name it by its key.")
    backend = read(args)
    seal = read_seal(args.key_file)
    place = place_named(args.copy.rstrip("/"), args, backend)
    try:
        manifest = read_manifest(place.read(FILE), seal, f"{place.label}/{FILE}")
        if not args.any_source:
            _is_of(manifest, backend, args.copy)
        with ended_by_signals():  # a state lies in clear until it is proven
            results = [_prove(args, item, place, seal) for item in _chosen(manifest, args.state)]
    except SealError as error:
        print(f"error: {place.label}: {error}", file=sys.stderr)
        return exits.FINDINGS
    except CallError as error:
        print(f"error: {error}", file=sys.stderr)
        return exits.FINDINGS
    except UnreachableError as error:
        print(f"error: {error}", file=sys.stderr)
        return exits.UNREACHABLE
    if args.json:
        print(json.dumps({"copy": place.label, "taken": manifest.taken, "source": manifest.source, "states": results}, indent=2))
    else:
        print(f"{place.label}: taken {manifest.taken} of {manifest.source}")
        for each in results:
            print(f"  {'proven' if each['proven'] else 'NOT PROVEN':<12}{each['key']}: {each['found']}")
    return exits.CLEAN if results and all(each["proven"] for each in results) else exits.FINDINGS


def _is_of(manifest: Manifest, backend: Backend, copy: str) -> None:
    """What is proven of another backend proves nothing of this one."""
    from recoverable.state_backend.copies.source import label_of

    label = label_of(backend)
    if (manifest.backend, manifest.source) != (backend.name, label):
        what = f"that is a copy of {manifest.backend} ({manifest.source}), and {backend.name} is {label}"
        raise InputError(what, copy, "Name the backend that it is of, or, where that moved or was renamed, add --any-source.")


def _chosen(manifest: Manifest, key: str) -> list[Item]:
    found = [item for item in manifest.items if key in ("", item.key)]
    if not found:
        known = ", ".join(item.key for item in manifest.items)
        raise InputError(f"the copy holds no state {key}", "--state", f"It holds: {known}.")
    return found


def _prove(args: argparse.Namespace, item: Item, place: Place, seal: Seal) -> dict[str, object]:
    from recoverable.state_backend.copies.proving import UnreadableError, prove
    from recoverable.state_backend.copies.taking import opened

    body = opened(place, "", item, seal)
    said: dict[str, object] = {"client": item.client, "key": item.key, "sha256": item.sha256}
    module = args.module.absolute() if args.module else None
    try:
        if args.into:
            found = prove(item, body, args.into.expanduser().absolute(), module)
            return {**said, "proven": True, "found": f"{found}; it lies in {args.into}"}
        with tempfile.TemporaryDirectory(prefix="recoverable-state-") as scratch:
            return {**said, "proven": True, "found": prove(item, body, Path(scratch), module)}
    except UnreadableError as error:
        return {**said, "proven": False, "found": f"{error}. {error.fix}".strip()}
