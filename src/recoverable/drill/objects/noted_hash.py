"""What S3 noted of a version's whole content when it was written. Most of its checksums and many ETags are no such thing."""

from __future__ import annotations

import base64
import binascii
import re

from recoverable.drill.aws.clients import Json

_MD5 = re.compile(r'"?([0-9a-f]{32})"?')
_SHA256_BYTES = 32
KEYLESS = ("", "AES256")
"""Only with these encryptions an ETag can be an MD5 of the content."""


def noted_hash(head: Json) -> tuple[str, str] | None:
    """``("sha256", hex)`` or ``("md5", hex)`` from the answer to HeadObject with checksums; None where there is none of the whole content.

    A checksum of parts (multipart, type COMPOSITE, or ending in -N) is a hash of hashes, and so is the ETag of a multipart upload. With a
    key of KMS or of the caller an ETag is no MD5 at all.
    """
    said = str(head.get("ChecksumSHA256", ""))
    if said and head.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT":
        try:
            raw = base64.b64decode(said, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) == _SHA256_BYTES:
            return "sha256", raw.hex()
    etag = _MD5.fullmatch(str(head.get("ETag", "")))
    if etag and str(head.get("ServerSideEncryption", "")) in KEYLESS and not head.get("SSECustomerAlgorithm"):
        return "md5", etag[1]
    return None
