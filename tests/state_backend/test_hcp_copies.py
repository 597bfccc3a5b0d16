"""Copies of state in HCP Terraform, from a fake of its API: every workspace, and the token to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from recoverable.state_backend.copies import hcp_source
from tests.fakes.fake_hcp_terraform import SIGNATURE, TOKEN, FakeHcp, FakeStore
from tests.state_backend.conftest import Outcome
from tests.state_backend.terraform_writers import needs_terraform

Run = Callable[..., Outcome]
HIDDEN = "marked-secret-inside-of-a-state"


def state(name: str, serial: int) -> dict[str, object]:
    return {
        "version": 4,
        "terraform_version": "1.11.0",
        "serial": serial,
        "lineage": f"of-{name}",
        "outputs": {},
        "resources": [],
        "x": HIDDEN,
    }


@pytest.fixture
def hcp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHcp]:
    """Three workspaces with states, one without, one of another project; both hosts' certificates are trusted."""
    with FakeStore(tmp_path / "store") as store, FakeHcp(tmp_path / "api", store) as api:
        assert isinstance(store, FakeStore)
        assert isinstance(api, FakeHcp)
        for number, name in enumerate(("dns", "network", "users")):
            api.workspaces[name] = ({"prod"}, "platform", state(name, number))
        api.workspaces["new"] = ({"prod"}, "platform", None)
        api.workspaces["shop"] = ({"prod"}, "sales", state("shop", 9))
        api.workspaces["dev"] = ({"dev"}, "platform", state("dev", 1))
        trusted = tmp_path / "trusted.pem"
        trusted.write_text(api.certificate.read_text() + store.certificate.read_text())
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("TFE_TOKEN", TOKEN)
        monkeypatch.setenv("RECOVERABLE_STATE_KEY", Fernet.generate_key().decode())
        monkeypatch.setattr(hcp_source, "FIRST_PAUSE", 0.01)
        yield api


def declare(hcp: FakeHcp, tmp_path: Path, *lines: str) -> None:
    host = hcp.address.removeprefix("https://")
    table = ["schema = 1", "[state_backend.cloud]", 'kind = "hcp"', 'organization = "acme"', f'hostname = "{host}"', *lines]
    (tmp_path / "recoverable.toml").write_text("\n".join(table) + "\n")


def copy(run: Run, tmp_path: Path) -> Outcome:
    return run("backup", "cloud", "--to", str(tmp_path / "copies"), "--json")


@pytest.mark.parametrize("page", [100, 2])
def test_every_workspace_with_the_tags_in_the_project_is_copied_in_however_many_pages(
    hcp: FakeHcp, run: Run, tmp_path: Path, page: int
) -> None:
    hcp.page = page
    declare(hcp, tmp_path, 'tags = ["prod"]', 'project = "platform"')
    told = copy(run, tmp_path)
    assert told.code == 0, told.err
    found = {item["key"]: (item["serial"], item["lineage"], item["version"]) for item in told.data["items"]}
    assert found == {name: (number, f"of-{name}", f"sv-{name}") for number, name in enumerate(("dns", "network", "users"))}
    assert "new holds no state yet" in told.err


@pytest.mark.parametrize("where", ['tags = ["prod"]', 'workspace = "users"'])
def test_a_workspace_whose_state_may_not_be_read_is_no_empty_one(hcp: FakeHcp, run: Run, tmp_path: Path, where: str) -> None:
    hcp.secret = {"users"}
    hcp.workspaces["users"] = ({"prod"}, "platform", None)  # what the API says of it: not found
    declare(hcp, tmp_path, where)
    told = copy(run, tmp_path)
    assert told.code == 1, told.err
    assert "this token may not read it" in told.err


def test_one_workspace_is_copied_alone(hcp: FakeHcp, run: Run, tmp_path: Path) -> None:
    declare(hcp, tmp_path, 'workspace = "shop"')
    told = copy(run, tmp_path)
    assert [item["key"] for item in told.data["items"]] == ["shop"]


def test_the_token_goes_to_the_host_of_the_settings_alone_and_nothing_secret_is_shown(hcp: FakeHcp, run: Run, tmp_path: Path) -> None:
    declare(hcp, tmp_path, 'tags = ["prod"]')
    told = copy(run, tmp_path)
    assert told.code == 0
    assert len(hcp.store.calls) == 4
    assert hcp.store.tokens == []
    text = told.out + told.err + "".join(path.read_text() for path in (tmp_path / "copies").rglob("*") if path.is_file())
    assert not [secret for secret in (TOKEN, SIGNATURE, HIDDEN) if secret in text]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (['workspace = "gone"'], "there is no organizations/acme/workspaces/gone"),
        (['workspace = "new"'], "the workspace new holds no state"),
        (['tags = ["none"]'], "no workspace has the tags none"),
        (['tags = ["prod"]', 'project = "none"'], "there is no project none"),
    ],
)
def test_what_is_not_there_is_no_copy(hcp: FakeHcp, run: Run, tmp_path: Path, lines: list[str], what: str) -> None:
    declare(hcp, tmp_path, *lines)
    told = copy(run, tmp_path)
    assert told.code == 2
    assert what in told.err
    assert list((tmp_path / "copies").rglob("manifest.json")) == []


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_a_token_that_is_taken_it_is_bad_input(
    hcp: FakeHcp, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("TFE_TOKEN", token)
    declare(hcp, tmp_path, 'workspace = "shop"')
    told = copy(run, tmp_path)
    assert told.code == 2
    assert "token" in told.err


def test_terraforms_own_variable_for_the_host_goes_first(hcp: FakeHcp, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFE_TOKEN", "wrong")
    monkeypatch.setenv("TF_TOKEN_127_0_0_1", TOKEN)
    declare(hcp, tmp_path, 'workspace = "shop"')
    assert copy(run, tmp_path).code == 0


@pytest.mark.parametrize("fault", ["throttle", "unavailable", "lost", "broken"])
def test_a_fault_that_passes_is_waited_for_and_one_that_stays_is_unreachable(hcp: FakeHcp, run: Run, tmp_path: Path, fault: str) -> None:
    declare(hcp, tmp_path, 'workspace = "shop"')
    hcp.faults.planned = {"GET /api/v2/workspaces": f"{fault} x2"}
    assert copy(run, tmp_path).code == 0
    hcp.faults.planned = {"GET /api/v2/workspaces": fault}
    told = copy(run, tmp_path)
    assert told.code == 5
    assert TOKEN not in told.err


def test_an_unknown_certificate_is_not_trusted(hcp: FakeHcp, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(hcp, tmp_path, 'workspace = "shop"')
    monkeypatch.setenv("SSL_CERT_FILE", str(hcp.store.certificate))
    assert copy(run, tmp_path).code == 5
    assert hcp.calls == []


@needs_terraform
@pytest.mark.terraform
def test_a_copied_workspace_is_read_again_by_terraform(hcp: FakeHcp, run: Run, tmp_path: Path) -> None:
    declare(hcp, tmp_path, 'tags = ["dev"]')
    where = copy(run, tmp_path).data["copy"]
    told = run("restore", "cloud", "--from", where)
    assert told.code == 0, told.out
    assert "terraform show reads 0 resources, serial 1, lineage of-dev" in told.out
