"""Settings of the pack: levels, the standard's table, and what is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.policy_packs import PROD, UNKNOWN, Aborted, Pack, database, level, run, told_of


def test_levels_are_taken_per_rule_and_a_disabled_rule_is_not_asked() -> None:
    told = run([database(tags=PROD)], levels={"deletion-protection-off": "advisory", "database-unencrypted": "disabled"})

    assert [level(item) for item in told_of(told, "deletion-protection-off")] == ["advisory"]
    assert told_of(told, "database-unencrypted") == []
    assert level(told_of(told, "backups-disabled")[0]) == "mandatory"


def test_what_is_below_fail_on_is_advice() -> None:
    states = [database(tags=PROD)]

    assert level(told_of(run(states), "tags-not-copied-to-snapshots")[0]) == "advisory"
    assert level(told_of(run(states, settings={"fail_on": "low"}), "tags-not-copied-to-snapshots")[0]) == "mandatory"
    assert level(told_of(run(states, settings={"fail_on": "critical"}), "database-unencrypted")[0]) == "advisory"


def test_the_standard_file_sets_levels_and_the_configuration_is_stronger(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(
        '[hosts.pulumi]\nenforcement = "advisory"\nstrict = true\n[hosts.pulumi.rules]\ndatabase-unencrypted = "mandatory"\n'
    )
    states = [database(tags=PROD, backupRetentionPeriod=UNKNOWN)]
    told = run(states, folders=[tmp_path], levels={"retention-too-short": "mandatory"})

    assert level(told_of(told, "deletion-protection-off")[0]) == "advisory"
    assert level(told_of(told, "database-unencrypted")[0]) == "mandatory"
    assert level(told_of(told, "retention-too-short")[0]) == "mandatory"
    assert (
        level(told_of(run(states, folders=[tmp_path], settings={"strict": False}, levels={"all": "mandatory"}), "retention-too-short")[0])
        == "advisory"
    )


@pytest.mark.parametrize(
    ("settings", "levels", "said"),
    [
        (
            {"stirct": True},
            {},
            "INVALID_ARGUMENT: recoverable: 'stirct' is no setting of 'recoverable' (--policy-pack-config). Did you mean 'strict'?",
        ),
        (
            {},
            {"retention-to-short": "advisory"},
            "'retention-to-short' is no policy of this pack (--policy-pack-config). Did you mean 'retention-too-short'?",
        ),
        ({"environment": "moon"}, {}, "is no environment (--environment). Use one of prod, staging, dev"),
        ({"standard": "nowhere.toml"}, {}, "the standard file does not exist (nowhere.toml)"),
        ({"judge_alone": ["nothing"]}, {}, "'nothing' in judge_alone is no rule"),
    ],
)
def test_a_wrong_configuration_is_refused_by_name(settings: dict[str, Any], levels: dict[str, str], said: str) -> None:
    with pytest.raises(Aborted) as refused:
        Pack(settings, levels)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[environments.prod]\nbackup_retention_days = 3000000\n", "backup_retention_days"),
        ("= nothing", "is not valid TOML"),
        ('[hosts.pulumi]\nenforcement = "sometimes"\n', 'is "sometimes", not one of mandatory, advisory, disabled, remediate'),
        ('[hosts.pulumi.rules]\nretention-to-short = "advisory"\n', "Did you mean 'retention-too-short'?"),
        ("[hosts.checkmate]\n", "checkmate"),
    ],
)
def test_a_standard_that_cannot_be_used_ends_the_run(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "recoverable.toml").write_text(text)

    with pytest.raises(Aborted) as refused:
        Pack(folders=[tmp_path])

    assert said in str(refused.value)


def test_the_configuration_may_name_another_standard_than_a_broken_one_nearby(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text("= nothing")
    (tmp_path / "other.toml").write_text("[environments.prod]\nbackup_retention_days = 40\n")

    told = run([database(backupRetentionPeriod=1.0, tags=PROD)], folders=[tmp_path], settings={"standard": str(tmp_path / "other.toml")})

    assert "at least 40 days" in told_of(told, "retention-too-short")[0].message


def test_levels_of_a_standard_that_only_the_configuration_names_are_refused_and_not_ignored(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[hosts.pulumi]\nenforcement = "advisory"\n')

    with pytest.raises(Aborted, match="the engine asks for them before it tells this path"):
        Pack({"standard": str(tmp_path / "other.toml")})
