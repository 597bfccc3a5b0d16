"""Copies every state of a backend elsewhere, encrypted, with a manifest that is written last."""

from __future__ import annotations

import datetime
import hashlib
import secrets

from recoverable.model.errors import InputError
from recoverable.state_backend.copies.manifest import FILE, Item, Manifest, written
from recoverable.state_backend.copies.places import Place
from recoverable.state_backend.copies.sealing import Seal, SealError
from recoverable.state_backend.copies.source import Source, State
from recoverable.state_backend.copies.state_facts import NoStateError, facts_of


def take(source: Source, place: Place, seal: Seal) -> tuple[str, Manifest]:
    """Copy what is current of every state, and open the copy again; gives its name at the place, and its manifest.

    Raises:
        InputError: there is no state, or one that cannot be read; nothing is called a copy then.
        SealError: what lies at the place is not what was written.
        CallError: the source or the place refuses.
        UnreachableError: nobody answered.
    """
    now = datetime.datetime.now(datetime.UTC)
    name = f"{source.name}-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    items = [_item(source, place, seal, name, number, each) for number, each in enumerate(source.states(), 1)]
    if not items:
        raise InputError(f"there is no state in {source.label}", source.name, "Look at what the settings name.")
    manifest = Manifest(source.name, source.label, now.isoformat(timespec="seconds"), tuple(items))
    for item in manifest.items:
        opened(place, name, item, seal)
    place.write(f"{name}/{FILE}", written(manifest, seal))  # what has one is a copy
    return name, manifest


def opened(place: Place, name: str, item: Item, seal: Seal) -> bytes:
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


def _item(source: Source, place: Place, seal: Seal, name: str, number: int, state: State) -> Item:
    try:
        facts = facts_of(state.client, state.body)
    except NoStateError as error:
        what = f"{state.key} of {source.label} is no state that can be read: {error}"
        raise InputError(what, source.name, "Bring an older version back.") from None
    sealed, file = seal.close(state.body), f"{number:04d}.sealed"
    place.write(f"{name}/{file}", sealed)
    return Item(
        client=state.client,
        key=state.key,
        version=state.version,
        modified=state.modified,
        sha256=hashlib.sha256(state.body).hexdigest(),
        size=len(state.body),
        serial=facts.serial,
        lineage=facts.lineage,
        resources=facts.resources,
        file=file,
        sealed_sha256=hashlib.sha256(sealed).hexdigest(),
    )
