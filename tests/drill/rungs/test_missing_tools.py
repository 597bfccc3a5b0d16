"""A server without contrib: what its checking tools would have looked at could not be looked at, and nothing else suffers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recoverable.drill.contract import Files
from recoverable.drill.ladder import Ladder, LadderRung, RungRecord, all_rungs, excused
from recoverable.drill.postgres.programs import Programs
from recoverable.drill.rung import Stage
from recoverable.drill.stages import climb_stage
from tests.drill.rungs.copies import COULD_NOT_RUN, PASS, StandingCopy, standing
from tests.drill.server_programs import copied_wheel
from tests.drill.source_server import open_folder

TOOLS = {
    "the program pg_amcheck": ("bin/pg_amcheck", {"amcheck", "amcheck-parents"}),
    "the extension amcheck": ("share/extension/amcheck*", {"amcheck", "amcheck-parents"}),
    "the extension pageinspect": ("share/extension/pageinspect*", {"blank-pages", "index-pointers"}),
}


@pytest.fixture(scope="module")
def own_programs() -> Iterator[Programs]:
    """PostgreSQL 18's programs, to take something away from."""
    with open_folder("rcv-tools-") as folder:
        yield copied_wheel(folder)


@pytest.fixture(scope="module")
def without_tools(own_programs: Programs) -> Iterator[StandingCopy]:
    with open_folder("rcv-tools-") as folder, standing(18, folder, own_programs) as copy:
        copy.execute("CREATE TABLE t AS SELECT n AS id FROM generate_series(1, 100) n", "ALTER TABLE t ADD PRIMARY KEY (id)")
        yield copy


@pytest.fixture(scope="module")
def before(without_tools: StandingCopy) -> dict[str, RungRecord]:
    """What every rung says while all tools are there."""
    return verdicts(without_tools)


def rungs_of(copy: StandingCopy) -> list[LadderRung]:
    ladder = excused(Ladder(all_rungs(), ()), copy.context())
    return [each for each in ladder.rungs if each.rung.stage is Stage.RUNNING]


def verdicts(copy: StandingCopy) -> dict[str, RungRecord]:
    files = Files(copy.server.data, copy.server.programs.folder, log=copy.server.log)
    context = copy.context(settings={"unlogged": {}}, files=files, baseline={})
    return {each.name: each for each in climb_stage(rungs_of(copy), context, lambda: None)}


def unproven(found: dict[str, RungRecord]) -> set[str]:
    """What this copy cannot be asked anyway: it was restored from nothing and has no heartbeats."""
    return {name for name, each in found.items() if each.verdict is COULD_NOT_RUN}


@pytest.mark.parametrize("tool", TOOLS)
def test_without_a_tool_its_rungs_could_not_run_and_say_what_is_missing(
    tool: str, own_programs: Programs, without_tools: StandingCopy, before: dict[str, RungRecord]
) -> None:
    pattern, blinded = TOOLS[tool]
    hidden = [(path, path.with_name(f"hidden-{path.name}")) for path in sorted(own_programs.folder.parent.glob(pattern))]
    assert hidden
    for path, elsewhere in hidden:
        path.rename(elsewhere)
    try:
        found = verdicts(without_tools)
    finally:
        for path, elsewhere in hidden:
            elsewhere.rename(path)

    assert {name for name in blinded if before[name].verdict is not PASS} == set()
    assert {name for name in found if found[name].verdict is COULD_NOT_RUN} - unproven(before) == blinded
    for name in blinded:
        assert tool.rpartition(" ")[2] in found[name].detail
        assert not found[name].crashed
    assert {name: found[name].verdict for name in found if name not in blinded} == {
        name: before[name].verdict for name in before if name not in blinded
    }
