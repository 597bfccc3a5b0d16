"""The adoption report as text of at most 80 columns, and as a command: ``python -m recoverable.components.adoption_text``."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from recoverable.components.adoption import Adoption, PreviewError, PropertyChange, Touched, read_adoption

WIDTH = 80
USAGE = """\
usage: python -m recoverable.components.adoption_text PREVIEW.json   (- reads standard input)

Says what adopting existing stores would change. Make the preview with: pulumi preview --json

exit status: 0 nothing is lost, 1 a store would be replaced or deleted, 2 no preview, 3 nothing that exists is touched"""


def render(adoption: Adoption) -> str:
    """The report, ending with a line that counts."""
    blocks = [_block(each) for each in adoption.touched]
    if adoption.refusals:
        blocks.append("\n".join(["refused:", *(_wrap(f"- {sentence}", "  ", "    ") for sentence in adoption.refusals)]))
    blocks.append(_summary(adoption))
    return "\n\n".join(blocks) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print the report of one preview; the exit status."""
    if len(arguments) != 1 or arguments[0].startswith("--"):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        text = sys.stdin.read() if arguments[0] == "-" else Path(arguments[0]).read_text(encoding="utf-8")
        adoption = read_adoption(json.loads(text))
    except (OSError, ValueError) as error:  # PreviewError and broken JSON are ValueErrors
        reason = str(error) if isinstance(error, (OSError, PreviewError)) else f"not JSON ({type(error).__name__})"
        print(f"{arguments[0]}: {reason}", file=sys.stderr)
        return 2
    print(render(adoption), end="")
    if adoption.refusals:
        return 1
    return 0 if adoption.touched else 3


def _block(each: Touched) -> str:
    how = "adopt" if each.imported else "change"
    verdict = {"kept": "as it is", "changed": "changed in place", "replaced": "REPLACED", "deleted": "DELETED"}[each.outcome]
    head = f"{how} {each.type.split(':')[-1]} {each.name}: {verdict}"
    lines = [_wrap(head, "", "  ")]
    if each.imported:
        lines.append(_wrap(f"id: {each.imported}", "  ", "    "))
    if each.component:
        lines.append(_wrap(f"component: {each.component}", "  ", "    "))
    lines.extend(_change(change) for change in each.changes)
    if each.added:
        names = ", ".join(f"{kind.split(':')[-1]} {name}" for kind, name in each.added)
        lines.append(_wrap(f"added beside it: {names}", "  ", "      "))
    if each.overwritten:
        lines.append(_wrap("written over what the bucket has today; these show what that is:", "  ", "  "))
        lines.extend(f"    {command}" for _, _, command in each.overwritten)
    return "\n".join(lines)


def _change(change: PropertyChange) -> str:
    mark = "!" if change.forces_replacement or change.effect == "weaker" else "+" if change.effect == "stronger" else "~"
    notes = [word for word in ("forces replacement" if change.forces_replacement else "", change.effect) if word]
    note = f"  ({', '.join(notes)})" if notes else ""
    return _wrap(f"{mark} {change.path}: {change.before} -> {change.after}{note}", "  ", "      ")


def _summary(adoption: Adoption) -> str:
    changes = [change for each in adoption.touched for change in each.changes]
    effects = [change.effect for change in changes]
    return (
        f"{len(adoption.adopted)} adopted, {len(changes)} properties changed ({effects.count('stronger')} stronger, "
        f"{effects.count('weaker')} weaker), {len(adoption.refusals)} refused"
    )


def _wrap(text: str, first: str, rest: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
