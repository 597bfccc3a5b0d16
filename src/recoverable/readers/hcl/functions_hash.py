"""Hashes of text. Those of files stand with the other file functions."""

from __future__ import annotations

import base64
import hashlib
import uuid

from recoverable.readers.hcl.functions_signature import FunctionError, Table
from recoverable.readers.hcl.hcl_types import STRING

TABLE = Table()
_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def digest(algorithm: str, data: bytes) -> bytes:
    """Fingerprints, not protection: md5 and sha1 are what the configuration asks for."""
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


@TABLE.add("md5", STRING)
def _md5(text: str) -> str:
    return digest("md5", text.encode()).hex()


@TABLE.add("sha1", STRING)
def _sha1(text: str) -> str:
    return digest("sha1", text.encode()).hex()


@TABLE.add("sha256", STRING)
def _sha256(text: str) -> str:
    return digest("sha256", text.encode()).hex()


@TABLE.add("sha512", STRING)
def _sha512(text: str) -> str:
    return digest("sha512", text.encode()).hex()


@TABLE.add("base64sha256", STRING)
def _base64sha256(text: str) -> str:
    return base64.b64encode(digest("sha256", text.encode())).decode()


@TABLE.add("base64sha512", STRING)
def _base64sha512(text: str) -> str:
    return base64.b64encode(digest("sha512", text.encode())).decode()


@TABLE.add("uuidv5", STRING, STRING)
def _uuidv5(namespace: str, name: str) -> str:
    space = _NAMESPACES.get(namespace)
    if space is None:
        try:
            space = uuid.UUID(namespace)
        except ValueError:
            raise FunctionError("uuidv5: namespace must be dns, url, oid, x500 or a UUID") from None
    return str(uuid.uuid5(space, name))
