"""Damage to a clone of the restored copy: a rung that is there for its row goes red; on the undamaged twin all are green."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recoverable.drill.damage.registry import injections
from tests.drill.catalogue.record import check_record
from tests.drill.catalogue.specimen import Specimen, failed, not_passed

MAJORS = (15, 18)
KINDS: dict[str, tuple[str, ...]] = {
    "heap-bit-flipped": ("page-checksums", "amcheck"),
    "index-bit-flipped": ("page-checksums",),
    "table-truncated": ("relation-sizes", "index-pointers"),
    "page-zeroed": ("blank-pages", "index-pointers", "content-hashes"),
    "index-page-zeroed": ("amcheck",),
    "table-file-missing": ("relations-open",),
    "index-file-missing": ("relations-open",),
    "role-lost": ("roles-and-grants",),
    "grants-lost": ("roles-and-grants",),
    "extension-missing": ("extensions-available",),
    "collation-changed": ("collation-versions",),
    "unlogged-emptied": ("unlogged-tables",),
    "table-emptied": ("row-counts", "content-hashes"),
    "row-deleted": ("content-hashes",),
    "archiving-on": ("isolated",),
}
"""By kind, the rungs that must be red whatever the place of the damage."""

TOGETHER = ("subscription-enabled", "subscription-workers")
"""Row 27 takes both: the provider gives a copy no workers, so a subscription of the source is at rest."""


@pytest.mark.parametrize("major", MAJORS)
def test_every_rung_is_green_on_the_undamaged_copy(major: int, specimen_of: Callable[[int], Specimen]) -> None:
    specimen = specimen_of(major)

    assert not_passed(specimen.twin) == {}
    assert specimen.ladder.not_covered == ()
    assert len(specimen.twin) > 20


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_red(kind: str, major: int, specimen_of: Callable[[int], Specimen]) -> None:
    specimen = specimen_of(major)
    injection = injections()[kind]
    rungs = specimen.rungs_for(injection.row)

    with specimen.damaged([injection], seed=major) as context:
        found = failed(specimen.climb(context, rungs))

    assert found >= set(KINDS[kind]), specimen.places[-1]
    assert all(not specimen.twin[name].crashed for name in found)
    check_record(injection, major, KINDS[kind])


@pytest.mark.parametrize("major", MAJORS)
def test_a_subscription_of_the_source_is_red_only_where_it_could_run(major: int, specimen_of: Callable[[int], Specimen]) -> None:
    specimen = specimen_of(major)
    enabled, workers = (injections()[name] for name in TOGETHER)
    rungs = specimen.rungs_for(27)

    with specimen.damaged([enabled], seed=major) as context:
        assert not_passed(specimen.climb(context, rungs)) == {}
    with specimen.damaged([enabled, workers], seed=major) as context:
        assert failed(specimen.climb(context, rungs)) == {"isolated"}
    check_record(enabled, major, ["isolated"])
    check_record(workers, major, ["isolated"])
