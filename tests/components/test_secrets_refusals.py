"""What secrets refuse, each with its whole message; no message shows a value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from recoverable.components.policy import ProtectionPolicy
from recoverable.components.refusal import RefusedError
from recoverable.components.secrets_store import RotationArgs, SecretArgs, Secrets, SecretsArgs
from tests.components.backup_samples import made, policy

CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any], str]] = {
    "a plain value": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database-url", value="s3cr3t")]},
        'secrets[0].value = "a value that is not secret" is refused: a secret, such as pulumi.Config().require_secret("databaseUrl"), or None to put the value there later. What stands in the program stands in the repository and in the state.',
    ),
    "nothing to keep": ("prod", "", {}, {"secrets": []}, "secrets = [] is refused: at least one secret. There would be nothing to keep."),
    "weaker recovery window": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database-url")], "recovery_window_days": 29},
        "recovery_window_days = 29 is refused: prod demands a retention of 30 days (built-in), so at least 30 here. A deleted secret could not be brought back as long as the data that it opens.",
    ),
    "no recovery window": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database-url")], "recovery_window_days": 0},
        "recovery_window_days = 0 is refused: a whole number from 7 to 30. Secrets Manager takes no other; 0 would delete at once.",
    ),
    "longer than AWS takes": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database-url")], "recovery_window_days": 31},
        "recovery_window_days = 31 is refused: a whole number from 7 to 30. Secrets Manager takes no other; 0 would delete at once.",
    ),
    "no copy where one is demanded": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database-url")], "replicate": False},
        "replicate = False is refused: prod demands a second region (built-in). The loss of a region takes the only copy.",
    ),
    "copy in the same region": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database-url")], "replica_region": "eu-west-1"},
        'replica_region = "eu-west-1" is refused: the original is in eu-west-1. A copy beside the original is lost with it.',
    ),
    "key without a copy": (
        "dev",
        "",
        {},
        {"secrets": [SecretArgs("database-url")], "replica_kms_key": "arn:aws:kms:eu-central-1:123456789012:key/1"},
        'replica_kms_key = "a key" is refused: there is no copy here. Set replicate = True or leave it out.',
    ),
    "name with a space": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database url")]},
        'secrets[0].name = "database url" is refused: 1 to 100 letters, digits and _ - /. The cloud takes no other.',
    ),
    "a name twice": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("a/b"), SecretArgs("a-b", environment_variable="OTHER")]},
        'secrets[1].name = "a-b" is refused: each name once. Two secrets would be one.',
    ),
    "a variable twice": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("a/b"), SecretArgs("a_b")]},
        'secrets[1].environment_variable = "A_B" is refused: each variable once. One would hide the other.',
    ),
    "variable that a shell refuses": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("1st")]},
        'secrets[0].environment_variable = "1ST" is refused: capitals, digits and _, not a digit first. A shell takes no other.',
    ),
    "prefix that the cloud refuses": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("database-url")], "prefix": "/shop"},
        'prefix = "/shop" is refused: 1 to 100 letters, digits and _ - /. The names of the secrets begin with it.',
    ),
    "rotation of no days": (
        "prod",
        "",
        {},
        {"secrets": [SecretArgs("a", rotation=RotationArgs("arn:aws:lambda:eu-west-1:123456789012:function:rotate", 0))]},
        "secrets[0].rotation.days = 0 is refused: a whole number from 1 to 1000. It is a number of days.",
    ),
    "first rotation on AWS": (
        "prod",
        "",
        {},
        {
            "secrets": [
                SecretArgs("a", rotation=RotationArgs("arn:aws:lambda:eu-west-1:123456789012:function:rotate", 30, "2030-01-31T00:00:00Z"))
            ]
        },
        'secrets[0].rotation.first_time = "2030-01-31T00:00:00Z" is refused: leave it out on AWS. Secrets Manager rotates at once, then by days.',
    ),
    "no first rotation on google cloud": (
        "prod",
        "",
        {"cloud": "gcp"},
        {"secrets": [SecretArgs("a", rotation=RotationArgs("projects/p/topics/t", 30))]},
        "secrets[0].rotation.first_time = None is refused: a time such as 2030-01-31T00:00:00Z. Secret Manager needs it.",
    ),
    "one key for two locations on google cloud": (
        "prod",
        "",
        {"cloud": "gcp"},
        {"secrets": [SecretArgs("database-url")], "kms_key": "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"},
        "replica_kms_key = None is refused: needed beside kms_key. Secret Manager takes keys for all locations or for none.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_field_value_bound_and_reason_before_anything_is_registered(tmp_path: Path, name: str) -> None:
    environment, standard, policy, more, message = CASES[name]
    given = dict(more)
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, lambda policy: Secrets("app", SecretsArgs(policy=policy, **given)), environment, standard, **policy)
    assert str(refused.value) == f'Secrets "app": {message}'


def twice(prefix: str | None = None) -> Callable[[ProtectionPolicy], Any]:
    """Two components with a secret of one name each."""

    def program(policy: ProtectionPolicy) -> None:
        for name in ("app", "jobs"):
            Secrets(name, SecretsArgs(policy=policy, secrets=[SecretArgs("stripe/key")], prefix=prefix))

    return program


@pytest.mark.parametrize(
    ("environment", "cloud", "prefix", "name"),
    [
        ("staging", "aws", None, "shop/staging/stripe/key"),
        ("dev", "aws", "legacy", "legacy/stripe/key"),
        ("dev", "gcp", None, "shop-dev-stripe-key"),
    ],
)
def test_a_name_that_other_secrets_of_the_program_have_is_refused(
    tmp_path: Path, environment: str, cloud: str, prefix: str | None, name: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, twice(prefix), environment, cloud=cloud)
    assert str(refused.value) == (
        f'Secrets "jobs": secrets[0].name = "stripe/key" is refused: Secrets "app" has {name}. Give one of them a prefix of its own.'
    )


def test_names_with_a_random_end_do_not_meet(tmp_path: Path) -> None:
    assert len(made(tmp_path, twice(), "dev").of("Secret")) == 2


def test_a_second_run_of_an_inline_program_may_take_its_names_again(monkeypatch: pytest.MonkeyPatch) -> None:
    given = policy("dev", region="eu-west-1")
    assert given.claim_name("secret a", "first") is None
    assert given.claim_name("secret a", "second") == "first"
    monkeypatch.setattr(pulumi.runtime, "get_root_resource", object)  # a stack of its own
    assert given.claim_name("secret a", "again") is None
