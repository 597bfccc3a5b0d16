"""``recoverable drill verify-ledger``: find any edit, removal or reordering of evidence."""

from __future__ import annotations

import argparse
import json
import re

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, add_ledger, add_state, read_drill_settings, state_folder
from recoverable.cli.streams import tell
from recoverable.model.errors import InputError

ABOUT = "find any edit, removal or reordering of evidence in the ledger"
MEANINGS = {
    exits.CLEAN: "the chain is whole; without --expect-head or object lock, records cut off together with the head file cannot be seen",
    exits.FINDINGS: "the chain is broken; each place is listed",
    exits.BAD_INPUT: "bad option, or the ledger cannot be read",
    exits.NOTHING: "there is no record at all",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the bucket cannot be reached; safe to run again",
    exits.INTERRUPTED: "interrupted",
}
_HASH = re.compile(r"[0-9a-f]{64}\Z")


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_ledger(parser)
    parser.add_argument("--expect-head", metavar="HASH", default="", help="a hash that a drill printed once; it must still be there")
    add_state(parser)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """The result on stdout."""
    from recoverable.drill.contract import TransientError
    from recoverable.drill.ledger import LedgerError, open_ledger, verify

    if args.expect_head and not _HASH.match(args.expect_head):
        raise InputError("that is no hash of a record", "--expect-head", "A drill prints it: 64 hexadecimal digits.")
    settings = read_drill_settings(args)
    ledger = open_ledger(args.ledger or settings.ledger, state_folder(args), settings.ledger_lock_days)
    try:
        entries = list(ledger.entries())
        faults = verify(ledger, args.expect_head)
    except LedgerError as error:
        raise InputError(str(error)) from None
    except TransientError as error:
        tell(f"error: {error}")
        return exits.UNREACHABLE
    last = entries[-1].data if entries else None
    head = str(last.get("hash", "")) if last else ""
    if args.json:
        rows = [{"place": each.place, "what": each.what} for each in faults]
        print(json.dumps({"schema": 1, "ledger": ledger.place, "records": len(entries), "head": head, "faults": rows}, indent=2))
    else:
        for each in faults:
            print(f"broken at {each.place}: {each.what}")
        whole = f"the chain is whole; head {head}" if not faults else f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        print(f"{ledger.place}: {len(entries)} records, {whole if entries or faults else 'nothing was ever recorded'}")
    if faults:
        return exits.FINDINGS
    return exits.CLEAN if entries else exits.NOTHING
