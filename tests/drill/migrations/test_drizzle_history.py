"""What drizzle records against what a project declares, as sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.drill.hooks import Copy
from recoverable.drill.migrations.procedure import judge
from recoverable.drill.migrations.tool import HistoryMissingError
from recoverable.drill.postgres.server import Server
from recoverable.drill.verdict import RungVerdict
from tests.drill.migrations.conftest import drizzle, history, verdicts
from tests.support.drill_copies import copy_of, execute, new_database
from tests.support.drizzle_projects import NEW, TIMES, DrizzleProject

ALL = tuple(TIMES)
GREEN = {"history": "pass", "from-scratch": "pass", "migrate": "pass", "history-after": "pass", "schema": "pass"}
NAMES_10 = {"20261201180551_customers": "0000_customers", "20261201180556_orders": "0001_orders", "20261201180600_paid": "0002_paid"}


def test_other_line_ends_are_no_edit(restored: Copy, project: DrizzleProject) -> None:
    file = project.folder / "drizzle" / "0001_orders.sql"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    found = history(restored)

    assert found.faults() == []
    assert "line ends" in found.remarks[0]


def test_a_migration_that_the_project_does_not_have_is_caught(restored: Copy, project: DrizzleProject) -> None:
    project.declare(*ALL[:2])

    assert history(restored).faults()[0].startswith("1 unknown to the project: row 3")


def test_a_newer_time_for_an_applied_migration_is_caught_for_it_would_be_applied_again(restored: Copy, project: DrizzleProject) -> None:
    project.declare(*ALL, times={"0002_paid": TIMES["0002_paid"] + 1})

    assert "1 applied under another time" in history(restored).faults()[0]


def test_a_row_recorded_twice_is_caught(restored: Copy) -> None:
    execute(
        restored.restored.connection,
        "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) SELECT hash, created_at FROM drizzle.__drizzle_migrations WHERE id = 2",
    )

    assert history(restored).faults() == ["1 recorded twice: 0001_orders"]


def test_an_empty_history_is_no_pending_deploy(restored: Copy) -> None:
    execute(restored.restored.connection, "DELETE FROM drizzle.__drizzle_migrations")

    answer = judge("migrations-history", history(restored))

    assert answer.verdict is RungVerdict.FAIL
    assert "not one of 3 declared migrations" in answer.detail


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TABLE drizzle.__drizzle_migrations", "has no table drizzle.__drizzle_migrations"),
        ("ALTER TABLE drizzle.__drizzle_migrations DROP COLUMN hash", "another kind of table"),
    ],
)
def test_a_lost_history_is_no_pending_deploy(restored: Copy, statement: str, said: str) -> None:
    execute(restored.restored.connection, statement)

    with pytest.raises(HistoryMissingError, match=said):
        history(restored)


class TestLayoutOfVersion10:
    """drizzle-kit 1.0: a folder per migration, applied by name."""

    @pytest.fixture(name="project")
    def project_fixture(self, tmp_path: Path) -> DrizzleProject:
        """A project in the new layout."""
        return self.declare(DrizzleProject.create(tmp_path / "app", NEW), *NAMES_10)

    def declare(self, project: DrizzleProject, *names: str, **texts: str) -> DrizzleProject:
        """State these by their new names."""
        from tests.support.drizzle_projects import TEXTS

        return project.declare(*names, texts={name: texts.get(old, TEXTS[old]) for name, old in NAMES_10.items()})

    def test_history_is_compared_by_name_and_hash(self, server: Server, project: DrizzleProject) -> None:
        names = tuple(NAMES_10)
        copy = copy_of(new_database(server), project.folder, server)
        self.declare(project, *names[:2])
        drizzle(copy)

        edited = self.declare(project, *names, **{"0001_orders": "SELECT 1;"}) and history(copy)
        unknown = self.declare(project, names[0]) and history(copy)
        pending = self.declare(project, *names) and drizzle(copy)

        assert edited.faults() == ["1 edited after they were applied: 20261201180556_orders"]
        assert unknown.faults() == ["1 unknown to the project: row 2 (20261201180556_orders)"]
        assert verdicts(pending) == GREEN
        assert "1 pending" in pending["migrations-history"].detail

    def test_a_table_of_an_older_drizzle_is_understood(self, server: Server, project: DrizzleProject) -> None:
        database = new_database(server)
        old = DrizzleProject.create(project.folder.parent / "old").declare(
            *ALL[:2], times={"0000_customers": 1_796_148_351_804, "0001_orders": 1_796_148_356_156}
        )
        drizzle(copy_of(database, old.folder, server))

        found = drizzle(copy_of(database, project.folder, server))

        assert verdicts(found) == GREEN
        assert found["migrations-history"].figures["applied"] == 2
