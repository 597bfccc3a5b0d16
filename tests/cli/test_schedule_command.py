"""``recoverable schedule`` as a user meets it: with flags, on a terminal, and where it must not write."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.ci.conftest import GOOD, commit, git
from tests.cli.conftest import Outcome
from tests.cli.test_init_command import SOURCE, Terminal, everything

Run = Callable[..., Outcome]
DRILLS, DAILY = ".github/workflows/recoverable-drills.yml", ".github/workflows/recoverable-daily.yml"
CONFIG = """\
[drill]
ledger = "s3://acme-evidence/drills"
[drill.stores.orders]
provider = "local"
environment = "prod"
source = { base_backups = "backup" }
[alerts.destinations.chat]
kind = "webhook"
url_env = "CHAT_URL"
secret_env = "CHAT_SECRET"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository on GitHub with a store that is drilled and somebody who is told."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    git(folder, "remote", "add", "origin", "git@github.com:acme/shop.git")
    commit(folder, {"main.tf": GOOD, "recoverable.toml": CONFIG})
    return folder


def test_the_difference_is_shown_the_files_are_written_and_the_rest_is_told(run: Run, repository: Path) -> None:
    done = run("schedule", repository, "--github", *SOURCE)

    assert done.code == 0
    assert f"+++ b/{DRILLS}" in done.out
    assert set(everything(repository)) == {"main.tf", "recoverable.toml", DRILLS, DAILY}
    assert "shop: drills orders monthly; alerts daily; check daily" in done.err
    assert "GitHub: set the secrets CHAT_URL, CHAT_SECRET." in done.err
    assert "GitHub: set the variables RECOVERABLE_DRILL_ROLE, RECOVERABLE_ALERTS_ROLE, AWS_REGION; roles" in done.err
    assert "No running account is looked at: --audit aws" in done.err
    assert yaml.safe_load((repository / DRILLS).read_text())["jobs"]["monthly"]["strategy"]["matrix"]["store"] == ["orders"]


def test_the_same_again_writes_nothing_and_a_dry_run_never_does(run: Run, repository: Path) -> None:
    assert run("schedule", repository, "--github", "--gitlab", "--systemd", "--program", "/bin/true", "--dry-run", *SOURCE).code == 0
    assert set(everything(repository)) == {"main.tf", "recoverable.toml"}
    run("schedule", repository, "--yes", *SOURCE)
    before = everything(repository)

    done = run("schedule", repository, "--yes", *SOURCE)

    assert (done.code, done.out, everything(repository)) == (0, "", before)
    assert f"{DAILY} is as it should be" in done.err


def test_a_file_that_is_there_is_not_replaced_without_force(run: Run, repository: Path) -> None:
    (repository / DAILY).parent.mkdir(parents=True)
    (repository / DAILY).write_text("mine: true\n")

    refused = run("schedule", repository, "--github", *SOURCE)

    assert (refused.code, DAILY in refused.err, "-mine: true" in refused.out) == (2, True, True)
    assert DRILLS not in everything(repository)
    assert run("schedule", repository, "--github", "--force", *SOURCE).code == 0
    assert "mine" not in (repository / DAILY).read_text()


def test_a_pipeline_that_is_there_includes_the_jobs_beside_the_gate(run: Run, repository: Path) -> None:
    (repository / ".gitlab-ci.yml").write_text("stages: [lint]\ninclude:\n  - local: other.yml  # ours\n")

    done = run("schedule", repository, "--gitlab", *SOURCE)

    assert done.code == 0
    pipeline = (repository / ".gitlab-ci.yml").read_text()
    assert "other.yml  # ours" in pipeline
    assert [each["local"] for each in yaml.safe_load(pipeline)["include"]] == ["other.yml", ".gitlab/recoverable-schedules.gitlab-ci.yml"]
    assert yaml.safe_load((repository / ".gitlab/recoverable-schedules.gitlab-ci.yml").read_text())["recoverable-alerts"]["stage"] == "lint"
    assert "--ref trunk" in done.err
    assert "--variable RECOVERABLE_SCHEDULE:drills-monthly" in done.err


def test_units_of_systemd_need_no_origin_and_name_the_program_and_the_user(run: Run, repository: Path) -> None:
    done = run("schedule", repository, "--systemd", "--program", "/opt/recoverable/bin/recoverable", "--user", "backup")

    assert done.code == 0
    unit = (repository / "systemd/recoverable-drill-orders.service").read_text()
    assert "ExecStart=/opt/recoverable/bin/recoverable drill run orders\n" in unit
    assert f"WorkingDirectory={repository}\n" in unit
    assert "\nUser=backup\n" in unit
    assert "systemctl enable --now recoverable-drill-orders.timer recoverable-alerts.timer recoverable-check.timer" in done.err
    assert "CHAT_URL, CHAT_SECRET as NAME=value" in done.err


def test_a_standard_in_a_folder_is_named_to_every_command(run: Run, repository: Path) -> None:
    commit(repository, {"infra/recoverable.toml": CONFIG, "infra/main.tf": GOOD})

    assert run("schedule", repository / "infra", "--github", *SOURCE).code == 0

    text = (repository / DAILY).read_text() + (repository / DRILLS).read_text()
    assert text.count("--config infra/recoverable.toml") == 3
    assert "recoverable check infra --config infra/recoverable.toml" in text


def test_a_drill_gets_the_secrets_that_its_store_names_and_alerts_get_none_of_them(run: Run, repository: Path) -> None:
    source = 'source = { pgbackrest = { stanza = "orders", path = "repo", cipher_pass_env = "REPO_PASS" } }'
    (repository / "recoverable.toml").write_text(CONFIG.replace('source = { base_backups = "backup" }', source))

    done = run("schedule", repository, "--github", *SOURCE)

    assert done.code == 0, done.err
    assert "CHAT_URL, CHAT_SECRET, REPO_PASS." in done.err
    (drill,) = [
        step for step in yaml.safe_load((repository / DRILLS).read_text())["jobs"]["monthly"]["steps"] if step.get("name") == "Drill"
    ]
    assert drill["env"] == {"STORE": "${{ matrix.store }}", "REPO_PASS": "${{ secrets.REPO_PASS }}"}
    assert "REPO_PASS" not in (repository / DAILY).read_text()
    assert "CHAT_SECRET" not in (repository / DRILLS).read_text()


def test_the_daily_audit_is_written_where_it_is_asked_for(run: Run, repository: Path) -> None:
    done = run("schedule", repository, "--github", "--audit", "aws", "--audit", "neon", *SOURCE)

    assert done.code == 0, done.err
    assert "audit of aws, neon daily" in done.err
    assert "RECOVERABLE_AUDIT_ROLE" in done.err
    assert "NEON_API_KEY" in done.err
    assert list(yaml.safe_load((repository / DAILY).read_text())["jobs"]) == ["audit-aws", "audit-neon", "alerts", "check"]


def test_a_drill_of_neon_gets_its_key_and_one_on_google_its_login(run: Run, repository: Path) -> None:
    stores = CONFIG.replace('provider = "local"', 'provider = "neon"').replace(
        '{ base_backups = "backup" }', '{ project = "quiet-sea-123456" }'
    )
    stores += '[drill.stores.ads]\nprovider = "cloudsql"\nenvironment = "prod"\nsource = { project = "acme-prod", instance = "ads" }\n'
    (repository / "recoverable.toml").write_text(stores)

    done = run("schedule", repository, "--github", *SOURCE)

    assert done.code == 0, done.err
    job = yaml.safe_load((repository / DRILLS).read_text())["jobs"]["monthly"]
    (drill,) = [step for step in job["steps"] if step.get("name") == "Drill"]
    assert drill["env"]["NEON_API_KEY"] == "${{ secrets.NEON_API_KEY }}"
    assert [step["uses"].partition("@")[0] for step in job["steps"] if "auth" in step.get("uses", "")] == ["google-github-actions/auth"]
    assert "RECOVERABLE_DRILL_ACCOUNT" in done.err


def test_a_ledger_that_a_runner_would_lose_is_warned_of(run: Run, repository: Path) -> None:
    (repository / "recoverable.toml").write_text(CONFIG.replace("s3://acme-evidence/drills", "ledger.jsonl"))

    done = run("schedule", repository, "--github", "--dry-run", *SOURCE)

    assert "warning: the ledger of drills would be lost with the runner" in done.err
    assert "id-token" not in done.out, "no rights for what nothing asks for"
    assert "lost with" not in run("schedule", repository, "--systemd", "--program", "/bin/true", "--dry-run").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--github", "--source", "nonsense"], "names no revision"),
        (["--systemd", "--program", "recoverable"], "by an absolute path"),
        (["--systemd", "--program", "/bin/true", "--user", "a b"], "cannot stand in a unit"),
        (["--publish", "nagios"], "invalid choice"),
        (["--force"], "--github, --gitlab, --systemd"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    spawn: Callable[..., subprocess.CompletedProcess[str]], repository: Path, words: list[str], said: str
) -> None:
    done = spawn("schedule", str(repository), *words, stdin=subprocess.DEVNULL)

    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert set(everything(repository)) == {"main.tf", "recoverable.toml"}


def test_settings_that_would_fail_at_night_are_told_now(run: Run, repository: Path) -> None:
    (repository / "recoverable.toml").write_text(CONFIG.replace("url_env", "url_enw"))

    done = run("schedule", repository, "--github", *SOURCE)

    assert (done.code, "url_enw" in done.err, DAILY in everything(repository)) == (2, True, False)


def test_on_a_terminal_it_asks_where_and_before_it_writes(repository: Path) -> None:
    terminal = Terminal(repository, *SOURCE, verb="schedule")
    terminal.answer("Where is it to run? (github, gitlab, systemd) [github]", "")
    terminal.answer(f"Write {DRILLS}, {DAILY}?", "n")
    code, out = terminal.end()

    assert (code, "+name: recoverable-daily" in out) == (0, True)
    assert set(everything(repository)) == {"main.tf", "recoverable.toml"}
