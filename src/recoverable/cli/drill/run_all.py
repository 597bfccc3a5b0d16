"""``recoverable drill run --all``: each store's drill in a process of its own, a few at a time, and one report.

A process each, because a drill takes the signals of its process for itself: the first ends it, with its clean-up. Signals that
come here are handed on, once each; a drill whose starter was killed comes to its own end, as one whose terminal was closed does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from recoverable.cli import exits
from recoverable.cli.drill.common_options import read_drill_settings
from recoverable.cli.streams import give_up_stdout, tell
from recoverable.drill.service import StoreResult, as_text, in_order, summary
from recoverable.model.errors import InputError

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
OF_ONE = {"hold": "--hold", "url_file": "--url-file", "evidence": "--evidence", "command": "a command"}
LAST_WORDS = 2_000


class Drills:
    """The drills that run now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self.stopped = False

    def stop(self, number: int) -> None:
        """Hand a signal on, and begin no more drills."""
        self.stopped = True
        for each in tuple(self._running):
            with contextlib.suppress(ProcessLookupError):
                each.send_signal(number)

    def run(self, store: str, words: Sequence[str]) -> StoreResult:
        """One store's drill, to its end."""
        with self._lock:
            if self.stopped:
                return StoreResult(store, exits.INTERRUPTED, None, "not begun: interrupted")
            line = [sys.executable, "-m", "recoverable", "drill", "run", store, "--json", *words]
            process = subprocess.Popen(  # noqa: S603 - ourselves, with options that were parsed
                line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
            )
            self._running.add(process)
        if self.stopped:  # between the look above and now
            process.send_signal(signal.SIGTERM)
        assert process.stdout  # noqa: S101 - asked for above
        assert process.stderr  # noqa: S101
        last = [""]
        teller = threading.Thread(target=_tell_all, args=(store, process.stderr, last))
        teller.start()
        out = process.stdout.read()
        code = process.wait()
        teller.join()
        with self._lock:
            self._running.discard(process)
        return StoreResult(store, code if code >= 0 else exits.INTERNAL, _record(out), last[0][:LAST_WORDS])


def run_all(args: argparse.Namespace) -> int:
    """Every store of [drill.stores]; the worst of their codes."""
    for name, said in OF_ONE.items():
        if getattr(args, name):
            raise InputError(f"{said} is for one store", "--all", "Name a store, or leave it out.")
    settings = read_drill_settings(args)
    if not settings.stores:
        raise InputError("no store is set up for drills", settings.label, 'Add [drill.stores.NAME] with provider = "local".')
    names = in_order({name: each.store.provider for name, each in settings.stores.items()})
    drills, words = Drills(), handed_on(args)
    with _handing_on(drills), ThreadPoolExecutor(max_workers=args.jobs) as pool:
        pending = [pool.submit(drills.run, name, words) for name in names]
        results = [each.result() for each in pending]
    codes = {each.code for each in results} | ({exits.INTERRUPTED} if drills.stopped else set())
    codes |= {exits.FINDINGS} if not all(each.verified for each in results) else set()
    try:
        _show(args, results)
    except BrokenPipeError:
        give_up_stdout()
    return exits.worst(codes)


def handed_on(args: argparse.Namespace) -> list[str]:
    """The options that hold for each drill."""
    words = ["--to", args.to, *(word for each in args.budget for word in ("--budget", each))]
    for option, value in (("--depth", args.depth), ("--ledger", args.ledger), ("--state-dir", args.state_dir), ("--config", args.config)):
        if value:
            words += [option, str(value)]
    return [*words, *(["--no-negative-control"] if args.no_negative_control else [])]


def _show(args: argparse.Namespace, results: Sequence[StoreResult]) -> None:
    if args.json:
        stores = [{"store": each.store, "exit": each.code, "record": each.record, "last_words": each.last_words} for each in results]
        print(json.dumps({"service": summary(results), "stores": stores}, indent=2, sort_keys=True, ensure_ascii=False))
    else:
        print("\n".join(as_text(results)))


def _tell_all(store: str, stream: IO[str], last: list[str]) -> None:
    """Hand on what a drill says, each line with its store's name."""
    for line in stream:
        text = line.rstrip("\n")
        last[0] = text.removeprefix("error: ") if text.strip() else last[0]
        tell(f"{store}: {text}")


def _record(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@contextlib.contextmanager
def _handing_on(drills: Drills) -> Iterator[None]:
    """Signals go to the drills, which clean up; we wait for them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda number, _: drills.stop(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def add_options(parser: argparse.ArgumentParser) -> None:
    """``--all`` and ``--jobs``."""
    parser.add_argument("--all", action="store_true", help="every store of [drill.stores], and what it means for the service as a whole")
    parser.add_argument("--jobs", metavar="N", type=int, default=2, help="with --all: how many drills at a time (default: 2)")
