"""A certificate for this machine's own names, as an authority of one's own would make it."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """``ca_file`` is what a client has to trust; ``server`` the context of a server."""

    ca_file: Path
    server: ssl.SSLContext


def certificate(folder: Path, name: str = "localhost") -> Certificate:
    """One that signs itself, for ``name`` and the address of loopback."""
    key, file = folder / f"{name}.key", folder / f"{name}.pem"
    order = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={name}",
    ]
    names = f"subjectAltName=DNS:{name}" + (",IP:127.0.0.1" if name == "localhost" else "")
    subprocess.run([*order, "-addext", names, "-keyout", key, "-out", file], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return Certificate(file, context)
