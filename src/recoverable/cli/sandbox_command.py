"""``recoverable sandbox``: the laptop cloud, where `pulumi up` needs no account."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recoverable.cli import exits
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.sandbox.laptop import Laptop, Status

MEANINGS = {
    exits.CLEAN: "done; with status: it is up",
    exits.BAD_INPUT: "bad option, a folder that is not ours, a port that is taken, a missing package",
    exits.NOTHING: "status and env: no sandbox is up in this folder",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the engine or the server does not come up, or does not answer; safe to try again",
    exits.INTERRUPTED: "interrupted; what was started is stopped again",
}
DESCRIPTION = """\
A laptop cloud: the real Pulumi engine with stand-ins for AWS (moto's server on this machine, with our own answers where moto
has none) and Google Cloud (a file). No account is reached and no data leaves this machine. The engine is the `pulumi` of your
PATH when it is recent, else it is built once, which takes about five minutes."""
START = 'eval "$(recoverable sandbox env)"'
WIDTH = 100


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its own verbs."""
    parser = subparsers.add_parser(
        "sandbox",
        help="start and stop the laptop cloud, where pulumi up needs no account",
        description=DESCRIPTION,
        epilog=exits.epilog(MEANINGS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(dest="sandbox_verb", metavar="VERB", required=True)
    for name, (about, formats, call) in VERBS.items():
        each = verbs.add_parser(
            name,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            epilog=exits.epilog(MEANINGS),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        each.add_argument(
            "--folder", metavar="F", type=Path, help="where it lives (default: RECOVERABLE_SANDBOX, else in the user's cache)"
        )
        if formats:
            each.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")
        if name == "up":
            each.add_argument("--port", metavar="N", type=_port, default=0, help="default: a free one")
        each.set_defaults(run=run, sandbox_run=call)


def run(args: argparse.Namespace) -> int:
    """Runs one verb. Results on stdout, progress on stderr."""
    from recoverable.sandbox.errors import MisuseError, SetupError
    from recoverable.sandbox.laptop import Laptop

    try:
        return int(args.sandbox_run(Laptop(args.folder), args))
    except MisuseError as error:
        raise InputError(str(error)) from error
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return exits.UNREACHABLE


def up(laptop: Laptop, args: argparse.Namespace) -> int:
    """Start it, and say how to use it."""
    from recoverable.sandbox.standins import NOTICE

    running = laptop.up(port=args.port)
    print(f"AWS answers at {running.endpoint}; the engine is Pulumi {running.engine}.")
    print("\n".join(NOTICE))
    own = f" --folder {shlex.quote(str(args.folder))}" if args.folder else ""
    print(f'Use it in this shell:  {START[:-2]}{own})"')
    return exits.CLEAN


def down(laptop: Laptop, _: argparse.Namespace) -> int:
    """Stop it and remove what it made."""
    from recoverable.sandbox.laptop_settings import FOLDER

    print("stopped and removed" if laptop.down() else f"nothing to stop in {laptop.folder.path}")
    pointed = os.environ.get(FOLDER)
    if pointed and Path(pointed).resolve() == laptop.folder.path:
        print("This shell still points there: take a new one for anything else.", file=sys.stderr)
    return exits.CLEAN


def status(laptop: Laptop, args: argparse.Namespace) -> int:
    """Say whether it is up, what it is, and whose answers are ours."""
    found = laptop.status()
    if args.format == "json":
        print(json.dumps(_as_json(found), indent=2))
    else:
        print("\n".join(_as_text(found)))
    return {"up": exits.CLEAN, "deaf": exits.UNREACHABLE}.get(found.state, exits.NOTHING)


def env(laptop: Laptop, args: argparse.Namespace) -> int:
    """Print the variables that point a shell at it."""
    from recoverable.sandbox.laptop_settings import dropped

    found = laptop.status()
    if found.state != "up":
        print(f"error: {_state(found)}. Start it with `recoverable sandbox up`.", file=sys.stderr)
        return exits.UNREACHABLE if found.state == "deaf" else exits.NOTHING
    settings = laptop.settings()
    if args.format == "json":
        print(json.dumps({"set": settings, "unset": dropped(settings)}, indent=2))
        return exits.CLEAN
    print("\n".join(f"unset {name}" for name in dropped(settings)))
    print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in settings.items()))
    return exits.CLEAN


def _as_text(found: Status) -> Iterator[str]:
    from recoverable.sandbox.standins import NOTICE, answers_of_ours

    yield _state(found)
    if found.state != "up" or found.running is None:
        return
    running = found.running
    versions = ", ".join(f"{name} {version}" for name, version in running.versions.items())
    yield f"process {running.pid} since {running.since}, Pulumi {running.engine}, {versions}"
    yield from NOTICE
    yield "Calls to AWS that moto lacks or gets wrong, and that we answer or mend (docs/sandbox.md says how):"
    for service, operations in answers_of_ours().items():
        yield from textwrap.wrap(f"{service}: {', '.join(operations)}", WIDTH, initial_indent="  ", subsequent_indent="    ")


def _as_json(found: Status) -> dict[str, Any]:
    from recoverable.sandbox.standins import NOTICE, answers_of_ours, not_held

    document: dict[str, Any] = {"schema": 1, "state": found.state, "folder": str(found.folder)}
    if found.running is None:
        return document
    running = found.running
    return document | {
        "endpoint": running.endpoint,
        "pid": running.pid,
        "since": running.since,
        "engine": running.engine,
        "versions": running.versions,
        "notice": " ".join(NOTICE),
        "answers_of_ours": answers_of_ours(),
        "not_held": not_held(),
    }


def _state(found: Status) -> str:
    said = {
        "up": "the sandbox is up",
        "down": "no sandbox is up",
        "gone": "the sandbox's server is gone; what its AWS held went with it",
        "deaf": "the sandbox's server runs and does not answer",
    }[found.state]
    endpoint = f" at {found.running.endpoint}" if found.running and found.state == "up" else ""
    return f"{said}{endpoint} ({found.folder})"


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: use 1 to 65535, or 0 for a free one")
    return number


VERBS: dict[str, tuple[str, tuple[str, ...], Callable[[Laptop, argparse.Namespace], int]]] = {
    "up": ("start the laptop cloud and wait until it answers", (), up),
    "down": ("stop what up started and remove what it made, its state too", (), down),
    "status": ("say whether it is up, and whose answers are ours", ("text", "json"), status),
    "env": ("print the variables that point a shell at it", ("shell", "json"), env),
}
