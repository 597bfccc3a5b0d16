"""The runbook: every command is one that exists, the shell can read all of it, and no password is an argument."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from recoverable.cli.entry import main, parser
from recoverable.drill.postgres.server import Server
from recoverable.drill.runbook.estate import CHAPTERS
from recoverable.drill.runbook.runbook_text import FOLDER
from tests.support.drill_copies import execute, running_server

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "runbook" / "recoverable.toml"
PAGE = ROOT / "docs" / "runbook.md"
GLOBAL = {"query", "output", "region"}


def blocks(text: str) -> list[str]:
    """The shell of the page, without the indentation of lists."""
    found = re.findall(r"^( *)```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def aws_calls(text: str) -> list[tuple[str, str, list[str]]]:
    """Service, operation and options of each call of the AWS CLI, in blocks and in sentences."""
    joined = text.replace("\\\n", " ")
    calls = re.findall(r"\baws ([a-z0-9]+) ([a-z][a-z0-9-]+)([^\n`)|>;]*)", joined)
    return [(service, operation, re.findall(r"--([a-z][a-z0-9-]*)", rest)) for service, operation, rest in calls]


def test_the_page_of_the_repository_is_what_is_generated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "runbook", "--config", str(EXAMPLE), "--output", str(PAGE), "--check"]) == 0


def test_the_example_has_a_store_for_every_chapter() -> None:
    text = PAGE.read_text(encoding="utf-8")

    used = {name for name in set(CHAPTERS.values()) if _heading(name) in text}
    assert used == set(CHAPTERS.values())
    assert {path.stem for path in FOLDER.glob("*.md")} == {*CHAPTERS.values(), "first", "switch"}


def _heading(chapter: str) -> str:
    first = (FOLDER / f"{chapter}.md").read_text(encoding="utf-8").splitlines()[0]
    return first.partition("} ")[2]


def test_the_shell_can_read_every_block() -> None:
    for block in blocks(PAGE.read_text(encoding="utf-8")):
        checked = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
        assert checked.returncode == 0, f"{checked.stderr}\n{block}"


def test_every_call_of_the_aws_cli_exists_with_all_its_options() -> None:
    """Against the service models of botocore, from which the AWS CLI makes its commands."""
    session = botocore.session.get_session()
    wrong = []
    calls = [call for call in aws_calls(PAGE.read_text(encoding="utf-8")) if call[0] != "s3"]
    for service, operation, options in calls:
        if operation == "wait":
            continue
        model = session.get_service_model("s3" if service == "s3api" else service)
        names = {xform_name(name, "-"): name for name in model.operation_names}
        if operation not in names:
            wrong.append(f"{service} {operation}")
            continue
        shape = model.operation_model(names[operation]).input_shape
        members = {xform_name(name, "-") for name in shape.members} if shape else set()
        members |= {f"no-{name}" for name in members}
        wrong += [f"{service} {operation} --{each}" for each in options if each not in members | GLOBAL]

    assert len(calls) > 20
    assert wrong == []


def test_every_call_of_our_own_command_is_one_that_it_takes() -> None:
    lines = [line for block in blocks(PAGE.read_text(encoding="utf-8")) for line in block.splitlines() if line.startswith("recoverable ")]
    calls = [shlex.split(line, comments=True)[1:] for line in lines]

    assert len(calls) >= 2
    for call in calls:
        assert vars(parser(call[0]).parse_args(call))["store"] == "ledger"


def test_no_password_or_url_is_an_argument() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert not re.search(r"--(master-user-)?password[ =]", text)
    for block in blocks(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True) if line.count("'") % 2 == 0 and line.count('"') % 2 == 0 else line.split()
            assert not [
                word for word in words if re.search(r"\$\{?(DATABASE_URL|OLD_URL|PGPASSWORD|NEON_API_KEY)\b(?!_FILE|:\?)", word)
            ] or words[0] in ("neon()", "printf"), line


def test_blanks_are_filled_or_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "recoverable.toml").write_text(
        '[drill.stores.a_b]\nprovider = "rds"\nsource = { instance = "x; rm -rf /" }\n', encoding="utf-8"
    )

    assert main(["drill", "runbook", "--config", str(tmp_path / "recoverable.toml"), "--output", "-"]) == 0
    text = capsys.readouterr().out
    assert "@{" not in text
    assert "SOURCE='x; rm -rf /'" in text
    assert "export AWS_REGION=${REGION_OF_A_B:?the region}" in text
    assert "COPY=a-b-restored" in text


def test_a_bucket_of_cloud_storage_is_named_once_with_its_scheme(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[drill.stores.files]\nprovider = "bucket"\nenvironment = "prod"\nsource = { bucket = "gs://acme-files" }\n'
    (tmp_path / "recoverable.toml").write_text(text, encoding="utf-8")

    assert main(["drill", "runbook", "--config", str(tmp_path / "recoverable.toml"), "--output", "-"]) == 0
    out = capsys.readouterr().out
    assert "BUCKET=acme-files" in out
    assert 'gcloud storage ls --all-versions "gs://$BUCKET/' in out


@pytest.mark.parametrize(
    ("state", "code"),
    [("missing", 1), ("same", 0), ("edited", 1)],
)
def test_drift_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], state: str, code: int) -> None:
    (tmp_path / "recoverable.toml").write_text('[drill.stores.orders]\nprovider = "local"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    if state != "missing":
        assert main(["drill", "runbook"]) == 0
    if state == "edited":
        with (tmp_path / "docs" / "runbook.md").open("a", encoding="utf-8") as page:
            page.write("by hand\n")

    assert main(["drill", "runbook", "--check"]) == code


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--output", "-", "--check"], ""),
        ([], '[drill.stores.x]\nprovider = "tape"\n'),
        ([], '[drill.stores.x]\nenvironment = "prod"\n'),
        (["--config", "missing.toml"], ""),
    ],
)
def test_wrong_input_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], text: str) -> None:
    (tmp_path / "recoverable.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert main(["drill", "runbook", *words]) == 2


@pytest.fixture(name="server", scope="module")
def server_fixture() -> Iterator[Server]:
    """A server whose role has a password that needs quoting in URLs and in shells."""
    with running_server() as server:
        execute(server.connection(), """CREATE ROLE "a b" LOGIN PASSWORD 'p@ss/w:rd''"$x'""", "CREATE DATABASE shop")
        yield server


def test_the_shells_own_function_gives_psql_the_url_without_an_argument(server: Server, tmp_path: Path) -> None:
    """The very block of the page, run by bash, against a real server."""
    block = next(block for block in blocks(PAGE.read_text(encoding="utf-8")) if "use_url()" in block)
    file = tmp_path / "url"
    file.write_text(f"postgresql://a%20b:p%40ss%2Fw%3Ard%27%22%24x@127.0.0.1:{server.port}/shop?sslmode=disable\n", encoding="utf-8")
    script = f"{block}\nuse_url {file}\npsql --no-psqlrc --tuples-only --no-align --command 'SELECT current_user, current_database()'\n"
    psql = server.programs.folder

    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env={"PATH": f"{psql}:/usr/bin:/bin"})

    assert said.stdout.strip() == "a b|shop", said.stderr
