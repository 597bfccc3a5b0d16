"""Records what a release makes of the composed program: ``python -m tests.components.record_release``.

Two files per release: the state after a real `pulumi up` on the laptop cloud, and every child's type, name and parent. Tests hold today's
code against both, so that no upgrade ever replaces a data store or loses a child for want of an alias. A release is recorded once; recording it
anew needs ``--again``.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import recoverable
from recoverable.components.adoption import SIGNATURE
from recoverable.components.policy import Cloud
from recoverable.sandbox.laptop import Laptop
from tests.components.composed import AWS, GCP, compose, policy
from tests.components.harness import Built, build
from tests.support.stacks import Stack

STATES = Path(__file__).resolve().parent / "states"
STACK = "prod"
CONFIG = {"aws:region": "eu-west-1", "gcp:project": "acme", "gcp:region": "europe-west1"}
# What differs between two recordings of the same code and is no input of anything.
FLEETING = ("created", "modified", "sourcePosition", "stackTrace")
CLOUDS = (AWS, GCP)


def project(cloud: Cloud) -> str:
    """The project's name, which is part of every URN: each cloud has its own."""
    return f"shop-{cloud.value}"


def program(cloud: Cloud) -> str:
    """The composed program as a Pulumi program."""
    root = Path(__file__).resolve().parents[2]
    return (
        f"import sys\nsys.path[:0] = [{str(root)!r}, {str(root / 'src')!r}]\n"
        "from tests.components.composed import compose, policy\nfrom recoverable.components.policy import Cloud\n"
        f"compose(policy({STACK!r}, Cloud({cloud.value!r})))\n"
    )


def children(built: Built) -> list[dict[str, Any]]:
    """Type, name, parent (by type and name) and aliases of everything that a program registers, in a fixed order."""
    rows = [
        {"type": child.token, "name": child.name, "parent": "::".join(child.parent.split("::")[2:]), "aliases": child.aliases}
        for child in built.children
    ]
    return sorted(rows, key=lambda row: (row["parent"], row["type"], row["name"]))


def children_now(cloud: Cloud) -> list[dict[str, Any]]:
    """What today's code registers, on a first deployment."""
    with tempfile.TemporaryDirectory() as folder:  # the built-in numbers, as in the recorded state
        return children(build(lambda: compose(policy(STACK, cloud)), stack=STACK, folder=Path(folder)))


def state_now(laptop: Laptop, folder: Path, cloud: Cloud) -> dict[str, Any]:
    """The state after `pulumi up` of today's code, without what is fleeting or secret."""
    stack = Stack(laptop, folder, program(cloud), project(cloud), STACK, CONFIG)
    stack.up()
    return cleaned(stack.export())


def cleaned(document: dict[str, Any]) -> dict[str, Any]:
    """An exported state without times, secrets, and the paths and versions of the machine that made it."""
    deployment = {
        "resources": [
            {key: _open(value) for key, value in resource.items() if key not in FLEETING}
            for resource in document["deployment"]["resources"]
        ],
        "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
    }
    text = json.dumps({"version": document["version"], "deployment": deployment})
    return dict(json.loads(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", text)))


def _open(value: Any) -> Any:
    """A value with every secret in it replaced by a word: its ciphertext can be read with the recording's passphrase only."""
    if isinstance(value, dict):
        return "[secret]" if SIGNATURE in value else {key: _open(each) for key, each in value.items()}
    return [_open(each) for each in value] if isinstance(value, list) else value


def files(release: str, cloud: Cloud) -> tuple[Path, Path]:
    """Where the state and the children of a release are kept."""
    return STATES / f"{release}.{cloud.value}.state.json", STATES / f"{release}.{cloud.value}.children.json"


def releases(cloud: Cloud) -> list[str]:
    """Every release that was recorded."""
    return sorted(path.name.removesuffix(f".{cloud.value}.state.json") for path in STATES.glob(f"*.{cloud.value}.state.json"))


def main(arguments: list[str]) -> int:
    """Record this release for every cloud; 1 where it was recorded already."""
    release = recoverable.__version__
    STATES.mkdir(exist_ok=True)
    if any(path.exists() for cloud in CLOUDS for path in files(release, cloud)) and arguments != ["--again"]:
        print(f"{release} is recorded already. A released version never changes; --again is for one that is not released.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        laptop = Laptop(Path(folder) / "cloud")
        laptop.up()
        try:
            for cloud in CLOUDS:
                state, names = files(release, cloud)
                state.write_text(json.dumps(state_now(laptop, Path(folder) / cloud.value, cloud), indent=1) + "\n", encoding="utf-8")
                names.write_text(json.dumps(children_now(cloud), indent=1) + "\n", encoding="utf-8")
                print(f"{state.name}, {names.name}")
        finally:
            laptop.down()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
