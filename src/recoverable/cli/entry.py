"""The command line: parses, runs one verb, and maps what was raised to an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from recoverable import __version__
from recoverable.cli import exits
from recoverable.cli.streams import flush_stdout, give_up_stdout, tell
from recoverable.model.errors import InputError

VERBS = {
    "check": ("check_command", "judge Terraform code, plans and Pulumi previews"),
    "audit": ("audit_command", "judge what is really there: a running AWS account, read-only, by the same rules"),
    "init": ("init_command", "set a repository up: standard, CI gate, hook, baseline"),
    "rules": ("rules_command", "list the rules"),
    "rule": ("rule_command", "explain one rule"),
    "standard": ("standard_command", "print the effective numbers and where each comes from"),
    "drill": ("drill_command", "restore a store into a temporary instance and prove that it is whole"),
    "alerts": ("alerts_command", "tell somebody: restore tests overdue, backups missing or late, waivers about to expire"),
    "schedule": ("schedule_command", "write what runs drills, alerts and check by themselves: GitHub, GitLab, systemd"),
    "state-backend": ("state_backend_command", "set up and prove where Terraform and Pulumi keep their state, and copy it elsewhere"),
    "sandbox": ("sandbox_command", "start and stop the laptop cloud, where pulumi up needs no account"),
}
LISTS = frozenset({"rules", "rule", "standard"})
"""Verbs that judge and change nothing: half of what they print is right."""


def parser(verb: str | None = None) -> argparse.ArgumentParser:
    """The argument parser; only the module of ``verb`` is imported (all of them for None)."""
    top = argparse.ArgumentParser(
        prog="recoverable",
        description="Judge whether what is declared could be restored as the backup standard demands.",
        epilog=exits.epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"recoverable {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    for name, (module, about) in VERBS.items():
        if verb in (None, name):
            importlib.import_module(f"recoverable.cli.{module}").add(verbs)
        else:
            verbs.add_parser(name, help=about)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code.

    A user's mistake is one line on stderr; a bug is named with its place and exits 4.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    code: int | None = None
    verb = next((word for word in words if word in VERBS), None) if words and not words[0].startswith("-") else None
    try:
        words, command = _split(words) if verb == "drill" else (words, [])
        options = parser(verb).parse_args(words, argparse.Namespace(command=command))
        code = int(options.run(options))
        flush_stdout()
        return code
    except SystemExit as stop:
        return exits.BAD_INPUT if stop.code not in (0, None) else exits.CLEAN
    except InputError as error:
        tell(f"error: {error}")
        return exits.BAD_INPUT
    except KeyboardInterrupt:
        tell("interrupted")
        return exits.INTERRUPTED
    except BrokenPipeError:
        give_up_stdout()
        if code is not None and verb == "drill":  # what was to be done is done, and its evidence kept
            return code
        # A list that is cut short by `head` was right so far; a judgement that did not end is none.
        return exits.CLEAN if verb in LISTS else exits.INTERNAL
    except OSError as error:
        if error.filename is None:  # a full disk behind stdout, say; a file that cannot be read is no reason to say no more
            give_up_stdout()
        tell(f"error: {error.filename or 'output'}: {error.strerror or type(error).__name__}")
        return exits.worst({exits.BAD_INPUT} if code is None else {exits.BAD_INPUT, code})  # 4, 5, 6 and 130 say more than a full disk
    except Exception as error:
        return _bug(error)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before the first ``--``, and the command after it (argparse would mix the two)."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def _bug(error: Exception) -> int:
    """Name a bug by type and place; its text could hold a secret, so it is shown only on request, without those that are known."""
    if os.environ.get("RECOVERABLE_TRACEBACK"):
        import traceback

        from recoverable.drill.redaction import Redactor, secrets_of

        known = Redactor()
        for secret in secrets_of(os.environ):
            known.add(secret)
        print(known.text("".join(traceback.format_exception(error))), file=sys.stderr)
        return exits.INTERNAL
    from recoverable.enforce.crashes import crash_place

    print(
        f"internal error: {type(error).__name__} at {crash_place(error)}. This is a bug; RECOVERABLE_TRACEBACK=1 shows all of it.",
        file=sys.stderr,
    )
    return exits.INTERNAL


if __name__ == "__main__":
    sys.exit(main())
