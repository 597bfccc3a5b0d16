"""Every page of every file has the checksum that was written with it."""

from __future__ import annotations

import re

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.postgres.account import Account
from recoverable.drill.reading.survey import named
from recoverable.drill.reading.tools import run_tool
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage

RUNG = Rung(
    name="page-checksums",
    title="All page checksums are right",
    why="A page that was damaged at the source is in the backup, with a manifest that vouches for it. Queries that use an index do not see it.",
    stage=Stage.STOPPED,
    depth=Depth.STANDARD,
    needs=frozenset({Need.FILES}),
    catches=(5,),
    seconds_per_gb=0.4,
)
_COUNT = re.compile(r"^(Files scanned|Blocks scanned|Bad checksums):\s+(\d+)", re.MULTILINE)
_OFF = "data checksums are not enabled"
_RUNNING = "cluster must be shut down"
_HINDERED = ("Permission denied", "is not compatible", "could not open directory", "unrecognized option")


def run(context: LadderContext) -> RungResult:
    """``pg_checksums --check`` over the stopped copy."""
    files = context.restored.files
    if files is None:
        return could_not_run("the files of the copy cannot be read")
    program = files.programs / "pg_checksums"
    if not program.is_file():
        return could_not_run("pg_checksums is not installed beside the server")
    owner = files.data.stat()
    done = run_tool([program, "--check", "-D", files.data], account=Account(owner.st_uid, owner.st_gid))
    if done.code not in (0, 1):
        return could_not_run(f"pg_checksums could not run ({done.code})")
    counts = {name: int(number) for name, number in _COUNT.findall(done.out)}
    faults = [line.partition("error: ")[2].replace(f"{files.data}/", "") for line in done.err.splitlines() if "error:" in line]
    blocks, bad = counts.get("Blocks scanned", 0), counts.get("Bad checksums", 0)
    if any(_OFF in line for line in faults):
        return could_not_run(
            "the cluster has no page checksums (initdb --data-checksums, pg_checksums --enable), so nothing vouches for its pages"
        )
    if any(_RUNNING in line for line in faults):
        return could_not_run("the copy was not shut down cleanly, so its pages cannot be judged")
    if bad:
        return failed(f"{bad} of {blocks} pages have a wrong checksum: {named(faults)}", bad=bad, blocks=blocks, first=faults[:20])
    if done.code == 0 and blocks:
        return passed(f"{blocks} pages in {counts.get('Files scanned', 0)} files have the right checksum", bad=0, blocks=blocks)
    if not faults or any(word in line for line in faults for word in _HINDERED):
        return could_not_run(f"pg_checksums could not look at everything: {named(faults) or 'it said nothing'}")
    return failed(f"pg_checksums could not read the pages: {named(faults)}", blocks=blocks, first=faults[:20])
