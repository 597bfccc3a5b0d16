"""The environment of a resource, found in the declared order and told with its reason."""

from __future__ import annotations

import pytest

from recoverable.model.errors import InputError
from recoverable.standard.environment import Hint, find_environment
from recoverable.standard.load import built_in, parse

EVERYTHING: list[Hint] = [
    ("stack config shop:environment", "prod"),
    ("stack", "shop-staging"),
    ("tfvars", "dev"),
    ("folder", "prod"),
]


def find(tags: dict[str, str] | None = None, hints: list[Hint] | None = None, flag: str | None = None) -> tuple[str, str]:
    return find_environment(tags or {}, hints or [], flag, built_in())


def test_the_flag_comes_first() -> None:
    assert find({"environment": "staging"}, EVERYTHING, "development") == ("dev", "flag --environment")


def test_stack_configuration_comes_before_tags() -> None:
    assert find({"environment": "staging"}, EVERYTHING) == ("prod", "stack config shop:environment=prod")


def test_a_tag_comes_before_stack_names_tfvars_and_folders() -> None:
    assert find({"environment": "dev"}, EVERYTHING[1:]) == ("dev", "tag environment=dev")


def test_stack_names_tfvars_and_folders_follow_in_the_order_of_the_hints() -> None:
    assert find({}, EVERYTHING[1:]) == ("staging", "stack shop-staging")
    assert find({}, EVERYTHING[2:]) == ("dev", "tfvars dev")
    assert find({}, EVERYTHING[3:]) == ("prod", "folder prod")


def test_a_folder_comes_last_wherever_it_stands_among_the_hints() -> None:
    assert find({}, [("folder", "dev"), ("workspace", "prod")]) == ("prod", "workspace prod")


def test_a_variable_is_told_as_name_and_value() -> None:
    assert find({}, [("variable environment", "live")]) == ("prod", "variable environment=live")


def test_nothing_to_go_by_is_not_found() -> None:
    assert find({"team": "payments"}, [("workspace", "default"), ("folder", "infra")]) == ("", "not found")


@pytest.mark.parametrize(
    "key", ["environment", "Environment", "ENV", "env", "stage", "Stage", "recoverable:environment", "recoverable_environment"]
)
def test_tag_keys_count_in_any_case(key: str) -> None:
    assert find({key: "Production"}) == ("prod", f"tag {key}=Production")


def test_environment_is_asked_before_stage() -> None:
    assert find({"stage": "dev", "env": "staging", "environment": "prod"}) == ("prod", "tag environment=prod")


def test_a_tag_that_names_no_known_environment_is_skipped_and_told() -> None:
    assert find({"environment": "blue"}, [("folder", "prod")]) == ("prod", "folder prod (tag environment=blue names no known environment)")
    assert find({"environment": "blue"}) == ("", "not found (tag environment=blue names no known environment)")


def test_a_skipped_tag_leaves_the_next_key_its_say() -> None:
    assert find({"environment": "blue", "stage": "prod"}) == ("prod", "tag stage=prod (tag environment=blue names no known environment)")


def test_a_long_or_empty_tag_value_does_not_flood_the_report() -> None:
    name, source = find({"environment": "x" * 5000, "env": ""})

    assert (name, len(source)) == ("", len("not found (tag environment= names no known environment)") + 40)


def test_stack_configuration_that_names_no_environment_is_told() -> None:
    hints: list[Hint] = [("stack config environment", "blue"), ("stack", "prod")]
    assert find({}, hints) == ("prod", "stack prod (stack config environment=blue names no known environment)")


def test_tier_counts_only_as_a_whole_alias_and_is_never_told() -> None:
    assert find({"tier": "prod"}) == ("prod", "tag tier=prod")
    assert find({"tier": "web"}) == ("", "not found")
    assert find({"tier": "live-chat"}) == ("", "not found")


def test_a_flag_that_names_no_environment_is_the_users_mistake() -> None:
    with pytest.raises(InputError) as caught:
        find(flag="prodution")

    assert (
        str(caught.value)
        == '"prodution" is no environment (--environment). Use one of prod, staging, dev, or declare it in recoverable.toml.'
    )


def folders(path: str) -> tuple[str, str]:
    return find({}, [("folder", part) for part in reversed(path.split("/")) if part])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("infra/dev", ("dev", "folder dev")),
        ("infra/acme-staging", ("staging", "folder acme-staging")),
        ("infra/prod", ("prod", "folder prod")),
        ("prod/eu-west-1/rds", ("prod", "folder prod")),
        ("prod/acme/dev", ("dev", "folder dev")),
        ("dev/acme/prod", ("prod", "folder prod")),
        ("envs/dev/eu-west-1/rds", ("dev", "folder dev")),
        ("environments/test", ("dev", "folder test")),
        ("live/staging/eu/rds", ("staging", "folder staging")),
    ],
)
def test_a_folder_names_the_environment(path: str, expected: tuple[str, str]) -> None:
    assert folders(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "home/me/dev/acme/infra",
        "acme/infra/test",
        "test/infra",
        "acme/local",
        "acme/sandbox",
        "load-test",
        "acme/latest",
        "acme/devices",
        "dev/eu-west-1/rds",
    ],
)
def test_a_folder_that_may_mean_something_else_turns_no_code_into_dev(path: str) -> None:
    assert folders(path) == ("", "not found")


def test_one_hint_may_hold_a_whole_path() -> None:
    assert find({}, [("folder", "./envs/test")]) == ("dev", "folder test")
    assert find({}, [("folder", "envs\\dev\\rds")]) == ("dev", "folder dev")


def test_a_plan_file_called_test_is_not_dev_but_one_called_dev_is() -> None:
    assert find({}, [("plan file", "test")]) == ("", "not found")
    assert find({}, [("plan file", "dev-plan")]) == ("dev", "plan file dev-plan")


def test_a_far_folder_counts_for_declared_environments_like_prod_only() -> None:
    standard = parse('[environments.edge]\nlike = "prod"\n[environments.demo]\nlike = "dev"')

    assert find_environment({}, [("folder", "rds"), ("folder", "edge")], None, standard) == ("edge", "folder edge")
    assert find_environment({}, [("folder", "rds"), ("folder", "demo")], None, standard) == ("", "not found")
