"""Which environment a name speaks of."""

from __future__ import annotations

import pytest

from recoverable.standard.load import built_in, parse


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("prod", "prod"), ("production", "prod"), ("prd", "prod"), ("live", "prod"), ("PROD", "prod"), (" Production ", "prod"),
        ("staging", "staging"), ("stage", "staging"), ("stg", "staging"), ("uat", "staging"), ("preprod", "staging"), ("qa", "staging"),
        ("dev", "dev"), ("development", "dev"), ("test", "dev"), ("sandbox", "dev"), ("local", "dev"),
    ],
)  # fmt: skip
def test_a_built_in_name_or_alias_is_its_environment_in_any_case(name: str, environment: str) -> None:
    assert built_in().canonical(name) == environment


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("acme-prod-eu", "prod"), ("acme_prod_eu", "prod"), ("acme.prod.eu", "prod"), ("acme/prod/eu", "prod"),
        ("prod2", "prod"), ("eu1prod2", "prod"), ("Acme-PROD", "prod"), ("acme prod", "prod"), ("org:prod", "prod"),
        ("prod-production", "prod"), ("acme-stage1", "staging"), ("shop-dev", "dev"),
    ],
)  # fmt: skip
def test_an_alias_counts_as_a_whole_word_inside_a_name(name: str, environment: str) -> None:
    assert built_in().canonical(name) == environment


@pytest.mark.parametrize(
    "name", ["", " ", "-", "reproduce", "products", "olive", "device", "latest", "contest", "nonprod", "default", "prod" * 200]
)
def test_a_part_of_a_word_is_no_environment(name: str) -> None:
    assert built_in().canonical(name) is None


@pytest.mark.parametrize("name", ["prod-to-dev", "staging_prod", "live-test", "dev/prod"])
def test_a_name_of_two_environments_speaks_of_none(name: str) -> None:
    assert built_in().canonical(name) is None


@pytest.mark.parametrize("name", ["acme-pre-prod", "pre-prod", "pre_prod-2", "preprod"])
def test_the_longest_alias_wins_so_pre_prod_is_staging(name: str) -> None:
    assert built_in().canonical(name) == "staging"


@pytest.mark.parametrize("name", ["non-prod", "acme-non-prod", "non_production", "not-live"])
def test_non_before_an_alias_voids_it(name: str) -> None:
    assert built_in().canonical(name) is None


def test_a_voided_alias_leaves_the_others_standing() -> None:
    assert built_in().canonical("non-prod-dev") == "dev"


def test_declared_environments_and_their_aliases_are_found_too() -> None:
    standard = parse('[environments.edge]\nlike = "prod"\naliases = ["eu1", "prod-edge"]')

    found = [standard.canonical(name) for name in ("edge", "EU1", "acme-eu1-a", "acme-eu-2", "acme-prod-edge", "acme-prod")]
    assert found == ["edge", "edge", "edge", None, "edge", "prod"]


def test_a_stated_alias_wins_over_a_built_in_one() -> None:
    standard = parse('[environments.prod]\naliases = ["qa"]\n[environments.uat]\nlike = "prod"')

    assert [standard.canonical(name) for name in ("qa", "uat", "stage")] == ["prod", "uat", "staging"]
