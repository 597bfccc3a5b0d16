"""Copies every state of a backend on S3 elsewhere, encrypted, with a manifest that is written last."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import Aws
from recoverable.state_backend.copies.manifest import FILE, Item, Manifest, written
from recoverable.state_backend.copies.places import Bucket, Folder
from recoverable.state_backend.copies.sealing import Seal, SealError
from recoverable.state_backend.copies.state_facts import NoStateError, facts_of
from recoverable.state_backend.names import WORKSPACES
from recoverable.state_backend.settings import S3Backend

STACK_ENDINGS = (".json", ".json.gz")
ZSTD = ".json.zst"


def take(backend: S3Backend, aws: Aws, place: Folder | Bucket, seal: Seal) -> tuple[str, Manifest]:
    """Copy what is current of every state, and open the copy again; gives its name at the place, and its manifest.

    Raises:
        InputError: there is no state, or one that cannot be read; nothing is called a copy then.
        CallError: S3 refuses.
        UnreachableError: nobody answered.
    """
    now = datetime.datetime.now(datetime.UTC)
    name = f"{backend.name}-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    items = [_item(backend, aws, place, seal, name, number, each) for number, each in enumerate(states(backend, aws), 1)]
    if not items:
        raise InputError(f"there is no state in s3://{backend.bucket}", backend.name, 'Look at "keys" and "pulumi_prefix" of the settings.')
    manifest = Manifest(backend.name, f"s3://{backend.bucket}", now.isoformat(timespec="seconds"), tuple(items))
    place.write(f"{name}/{FILE}", written(manifest, seal))
    for item in manifest.items:
        opened(place, name, item, seal)
    return name, manifest


def opened(place: Folder | Bucket, name: str, item: Item, seal: Seal) -> bytes:
    """The state of an item, as it was taken.

    Raises:
        SealError: it is not what was written, or another key sealed it.
        InputError: it is not there.
    """
    sealed = place.read(f"{name}/{item.file}" if name else item.file)
    if hashlib.sha256(sealed).hexdigest() != item.sealed_sha256:
        raise SealError(f"{item.file} is not what was written")
    body = seal.open(sealed)
    if hashlib.sha256(body).hexdigest() != item.sha256:
        raise SealError(f"{item.file} does not hold what the manifest says")
    return body


def states(backend: S3Backend, aws: Aws) -> Iterator[tuple[str, str]]:
    """Client and key of every state that is there: those that are declared, and workspaces and stacks that are found.

    Raises:
        InputError: a declared state is not there.
    """
    layout = backend.layout
    if "terraform" in backend.clients:
        found = set(_keys(backend, aws, f"{WORKSPACES}/"))
        for key in layout.keys:
            if key in set(_keys(backend, aws, key)):
                yield "terraform", key
            elif not any(each.startswith(f"{WORKSPACES}/") and each.endswith(f"/{key}") for each in found):
                raise InputError(
                    f"there is no state {key} in s3://{backend.bucket}", backend.name, 'Take it out of "keys", or find out why.'
                )
        for key in sorted(found):
            if any(key.split("/", 2)[2:] == [each] for each in layout.keys):
                yield "terraform", key
    if "pulumi" in backend.clients:
        for key in _keys(backend, aws, f"{layout.pulumi_root}stacks/"):
            if key.endswith(ZSTD):
                raise InputError(f"{key} is compressed by zstd, which is not read here", backend.name, "Unset PULUMI_DIY_BACKEND_ZSTD.")
            if key.endswith(STACK_ENDINGS):
                yield "pulumi", key


def _item(backend: S3Backend, aws: Aws, place: Folder | Bucket, seal: Seal, name: str, number: int, state: tuple[str, str]) -> Item:
    client, key = state
    body, head = aws.object(Bucket=backend.bucket, Key=key)
    try:
        facts = facts_of(client, body)
    except NoStateError as error:
        raise InputError(
            f"s3://{backend.bucket}/{key} is no state that can be read: {error}", backend.name, "Bring an older version back."
        ) from None
    sealed, file = seal.close(body), f"{number:04d}.sealed"
    place.write(f"{name}/{file}", sealed)
    return Item(
        client=client,
        key=key,
        version=str(head.get("VersionId") or ""),
        modified=head["LastModified"].astimezone(datetime.UTC).isoformat(timespec="seconds"),
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        serial=facts.serial,
        lineage=facts.lineage,
        resources=facts.resources,
        file=file,
        sealed_sha256=hashlib.sha256(sealed).hexdigest(),
    )


def _keys(backend: S3Backend, aws: Aws, prefix: str) -> Iterator[str]:
    more: dict[str, Any] = {}
    while True:
        page = aws.call("s3", "list_objects_v2", Bucket=backend.bucket, Prefix=prefix, **more)
        yield from (str(each["Key"]) for each in page.get("Contents", ()))
        if not page.get("IsTruncated"):
            return
        more = {"ContinuationToken": str(page["NextContinuationToken"])}
