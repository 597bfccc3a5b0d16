"""What a restore test refuses, each with its whole message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.refusal import RefusedError
from recoverable.components.restore_test import Cadence, DrillTargetArgs, RestoredType, RestoreSelectionArgs, RestoreTest, RestoreTestArgs
from tests.components.backup_samples import made

UNKNOWN: Any = "ETERNAL"


CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any], str]] = {
    "slower than the standard": (
        "prod",
        "",
        {},
        {"cadence": Cadence.QUARTERLY},
        'cadence = "quarterly" is refused: prod demands a restore test every 31 days (built-in). quarterly leaves up to 92 days between two.',
    ),
    "slower than a standard of its own": (
        "dev",
        "[environments.dev]\nrestore_test_days = 7\n[environments.staging]\nrestore_test_days = 7\n[environments.prod]\nrestore_test_days = 7\n",
        {},
        {"cadence": Cadence.MONTHLY},
        'cadence = "monthly" is refused: dev demands a restore test every 7 days (recoverable.toml:3). monthly leaves up to 31 days between two.',
    ),
    "no such cadence": (
        "prod",
        "",
        {},
        {"cadence": "hourly"},
        'cadence = "hourly" is refused: it is one of daily, weekly, monthly, quarterly, half-yearly, yearly. There is no other.',
    ),
    "window shorter than the cadence": (
        "prod",
        "",
        {},
        {"window_days": 30},
        "window_days = 30 is refused: at least the 31 days between two tests. A recovery point between two tests could be restored by neither.",
    ),
    "window that AWS refuses": (
        "prod",
        "",
        {},
        {"window_days": 366},
        "window_days = 366 is refused: a whole number from 1 to 365. AWS Backup looks back so far.",
    ),
    "start window that AWS refuses": (
        "prod",
        "",
        {},
        {"start_window_hours": 169},
        "start_window_hours = 169 is refused: a whole number from 1 to 168. AWS Backup takes no other.",
    ),
    "validation window that AWS refuses": (
        "prod",
        "",
        {},
        {"selections": [RestoreSelectionArgs(RestoredType.RDS, validation_window_hours=0)]},
        "selections[0].validation_window_hours = 0 is refused: a whole number from 1 to 168. AWS Backup deletes the restored copy afterwards.",
    ),
    "nothing to restore": (
        "prod",
        "",
        {},
        {"selections": []},
        "selections = [] is refused: at least one kind of resource. A plan without a selection restores nothing.",
    ),
    "a kind twice": (
        "prod",
        "",
        {},
        {"selections": [RestoreSelectionArgs(RestoredType.RDS), RestoreSelectionArgs(RestoredType.RDS)]},
        'selections = "RDS" is refused: each kind once. A second selection of a kind would restore the same again.',
    ),
    "no such kind": (
        "prod",
        "",
        {},
        {"selections": [RestoreSelectionArgs(UNKNOWN)]},
        'selections[0].resource_type = "ETERNAL" is refused: it is one of RDS, Aurora, S3, DynamoDB, EBS, EFS, DocumentDB, Neptune. There is no other.',
    ),
    "no vault": (
        "prod",
        "",
        {},
        {"vault_arns": []},
        "vault_arns = [] is refused: at least one vault, or leave it out for all. Nothing would be restored.",
    ),
    "name with a dash": (
        "prod",
        "",
        {},
        {"plan_name": "restore-test"},
        'plan_name = "restore-test" is refused: 1 to 50 letters, digits and _. AWS Backup takes no other, and the name of a plan cannot be changed.',
    ),
    "name that is too long": (
        "prod",
        "",
        {},
        {"plan_name": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        'plan_name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" is refused: 1 to 50 letters, digits and _. AWS Backup takes no other, and the name of a plan cannot be changed.',
    ),
    "empty name": (
        "prod",
        "",
        {},
        {"plan_name": ""},
        'plan_name = "" is refused: 1 to 50 letters, digits and _. AWS Backup takes no other, and the name of a plan cannot be changed.',
    ),
    "cluster without a task": (
        "prod",
        "",
        {},
        {"drill": DrillTargetArgs("arn:aws:ecs:eu-west-1:123456789012:cluster/drills", "arn:aws:iam::123456789012:role/drill")},
        "drill.task_definition = None is refused: needed where the target is an ECS cluster. The schedule could start nothing.",
    ),
    "task without subnets": (
        "prod",
        "",
        {},
        {
            "drill": DrillTargetArgs(
                "arn:aws:ecs:eu-west-1:123456789012:cluster/drills",
                "arn:aws:iam::123456789012:role/drill",
                task_definition="arn:aws:ecs:eu-west-1:123456789012:task-definition/drill:1",
            )
        },
        "drill.subnets = None is refused: needed where the target is an ECS cluster. The schedule could start nothing.",
    ),
    "subnets without a task": (
        "prod",
        "",
        {},
        {
            "drill": DrillTargetArgs(
                "arn:aws:lambda:eu-west-1:123456789012:function:drill", "arn:aws:iam::123456789012:role/drill", subnets=["subnet-1"]
            )
        },
        'drill.subnets = "a value" is refused: leave it out without task_definition. Only an ECS task has subnets.',
    ),
    "target that is no ARN": (
        "prod",
        "",
        {},
        {"drill": DrillTargetArgs("drill", "arn:aws:iam::123456789012:role/drill")},
        'drill.target = "drill" is refused: an ARN such as arn:aws:lambda:eu-west-1:123456789012:function:drill. AWS takes no other here.',
    ),
    "caller that is no role": (
        "prod",
        "",
        {},
        {"drill": DrillTargetArgs("arn:aws:lambda:eu-west-1:123456789012:function:drill", "arn:aws:iam::123456789012:user/drill")},
        'drill.caller = "arn:aws:iam::123456789012:user/drill" is refused: the ARN of a role such as arn:aws:iam::123456789012:role/drill. EventBridge Scheduler takes on a role.',
    ),
    "input that is no JSON": (
        "prod",
        "",
        {},
        {
            "drill": DrillTargetArgs(
                "arn:aws:lambda:eu-west-1:123456789012:function:drill", "arn:aws:iam::123456789012:role/drill", input="{"
            )
        },
        'drill.input = "{" is refused: a JSON document. EventBridge Scheduler hands it to the target as it is.',
    ),
    "restore testing on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"plan_name": "proof"},
        'plan_name = "proof" is refused: leave it out on Google Cloud. Google Cloud tests no restores by itself; our drill does.',
    ),
    "slower than the standard on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"cadence": Cadence.QUARTERLY},
        'cadence = "quarterly" is refused: dev demands a restore test every 31 days (built-in). quarterly leaves up to 92 days between two.',
    ),
    "plain http on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"drill": DrillTargetArgs("http://drill.example.com/", "drill@acme.iam.gserviceaccount.com")},
        'drill.target = "http://drill.example.com/" is refused: an https:// URL. The call carries a token.',
    ),
    "task on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"drill": DrillTargetArgs("https://drill.example.com/", "drill@acme.iam.gserviceaccount.com", task_definition="task")},
        'drill.task_definition = "a value" is refused: leave it out on Google Cloud. The target\'s URL says what runs.',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_field_value_bound_and_reason_before_anything_is_registered(tmp_path: Path, name: str) -> None:
    environment, standard, policy, more, message = CASES[name]
    given = dict(more)
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, lambda policy: RestoreTest("proof", RestoreTestArgs(policy=policy, **given)), environment, standard, **policy)
    assert str(refused.value) == f'RestoreTest "proof": {message}'
