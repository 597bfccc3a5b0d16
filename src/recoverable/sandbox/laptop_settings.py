"""The variables that point Pulumi and every AWS client at a laptop cloud."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from recoverable.sandbox.engine import FOREIGN, HOST_SCRIPT, Engine
from recoverable.sandbox.laptop_folder import LaptopFolder, Running

AWS_REGION = "eu-west-1"
GOOGLE_PROJECT = "acme"
GOOGLE_REGION = "europe-west1"
FOLDER = "RECOVERABLE_SANDBOX"
LOCAL = ("127.0.0.1", "localhost")


def settings(folder: LaptopFolder, running: Running) -> dict[str, str]:
    """All of them, by name. The passphrase is in a file that only the user can read; here is only its path."""
    engine = Engine(Path(running.pulumi), Path(sys.executable), running.engine, "")
    return {
        **engine.settings(folder.home, folder.state),
        **_only_our_plugins(engine),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(folder.passphrase),
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": AWS_REGION,
        "AWS_DEFAULT_REGION": AWS_REGION,  # boto3 reads this name
        "AWS_CONFIG_FILE": str(folder.aws_settings),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder.aws_settings),
        "AWS_EC2_METADATA_DISABLED": "true",
        # moto answers without some checksums that newer SDKs would warn about
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "GOOGLE_PROJECT": GOOGLE_PROJECT,
        "GOOGLE_REGION": GOOGLE_REGION,
        FOLDER: str(folder.path),
        "RECOVERABLE_SANDBOX_ENDPOINT": running.endpoint,
        "RECOVERABLE_SANDBOX_STORE": str(folder.store),
        **_past_proxies(),
    }


def dropped(settings: dict[str, str]) -> list[str]:
    """The variables of this process that belong to the user's own accounts, and that the laptop cloud must not see."""
    return sorted(name for name in os.environ if name.startswith(FOREIGN) and name not in settings)


def _only_our_plugins(engine: Engine) -> dict[str, str]:
    """Providers on PATH go before installed ones unless told otherwise. The language host may be there, so only where it is bundled."""
    return {"PULUMI_IGNORE_AMBIENT_PLUGINS": "true"} if (engine.pulumi.parent / HOST_SCRIPT).exists() else {}


def _past_proxies() -> dict[str, str]:
    """A proxy of the user's must not be asked for this machine."""
    found = {}
    for name in ("NO_PROXY", "no_proxy"):
        entries = [entry for entry in os.environ.get(name, "").split(",") if entry]
        found[name] = ",".join([*entries, *(host for host in LOCAL if host not in entries)])
    return found
