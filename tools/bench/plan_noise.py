"""Resources that are neither protected nor protect anything, with attributes as many and as long as real ones."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from plan_parts import Declared, JsonObject

TEAMS = ("orders", "billing", "catalogue", "identity", "search", "shipping", "ledger", "mail", "reports", "gateway")


def tags(name: str, team: str, environment: str = "prod") -> JsonObject:
    """Tags as a platform team demands them."""
    own = {
        "Name": name,
        "environment": environment,
        "team": team,
        "cost-centre": "cc-4711",
        "source-code": f"https://git.example.org/{team}",
    }
    return {"tags": own, "tags_all": {**own, "managed-by": "terraform"}}


def _instance(name: str, team: str, rng: random.Random) -> Declared:
    known = {
        "ami": f"ami-{rng.getrandbits(68):017x}", "credit_specification": [], "get_password_data": False, "hibernation": None, "instance_type": "m6i.large",
        "launch_template": [], "source_dest_check": True, "timeouts": None, "user_data_replace_on_change": False, "volume_tags": None, "region": "eu-west-1",
        "iam_instance_profile": f"{team}-host", "monitoring": True, "key_name": None, "force_destroy": False, **tags(name, team),
    }  # fmt: skip
    computed = (
        "arn associate_public_ip_address availability_zone capacity_reservation_specification cpu_options disable_api_stop disable_api_termination ebs_block_device "
        "ebs_optimized enable_primary_ipv6 enclave_options ephemeral_block_device host_id host_resource_group_arn id instance_initiated_shutdown_behavior "
        "instance_lifecycle instance_market_options instance_state ipv6_address_count ipv6_addresses maintenance_options metadata_options network_interface "
        "outpost_arn password_data placement_group placement_partition_number primary_network_interface_id private_dns private_dns_name_options private_ip public_dns "
        "public_ip root_block_device secondary_private_ips security_groups spot_instance_request_id tenancy user_data_base64 vpc_security_group_ids"
    )
    return Declared("aws_instance", name, known, tuple(computed.split()), {"subnet_id": ["aws_subnet.private"]})


def _rule(name: str, team: str, rng: random.Random) -> Declared:
    port = rng.choice((80, 443, 5432, 6379, 8080))
    known = {
        "cidr_blocks": [f"10.{rng.randrange(200)}.{rng.randrange(200)}.0/24"], "description": f"{team}: clients to port {port}", "from_port": port, "to_port": port,
        "ipv6_cidr_blocks": None, "prefix_list_ids": None, "protocol": "tcp", "self": False, "timeouts": None, "type": "ingress", "region": "eu-west-1",
    }  # fmt: skip
    return Declared(
        "aws_security_group_rule",
        name,
        known,
        ("id", "security_group_rule_id", "source_security_group_id"),
        {"security_group_id": ["aws_security_group.service"]},
    )


def _role(name: str, team: str, rng: random.Random) -> Declared:
    trust = {
        "Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Sid": ""}],
        "Version": "2012-10-17",
    }
    known = {
        "assume_role_policy": json.dumps(trust), "description": f"what {team} may do", "force_detach_policies": False, "max_session_duration": 3600, "name": name,
        "path": "/", "permissions_boundary": "arn:aws:iam::111122223333:policy/boundary", **tags(name, team),
    }  # fmt: skip
    return Declared(
        "aws_iam_role",
        name,
        known,
        ("arn", "create_date", "id", "inline_policy", "managed_policy_arns", "name_prefix", "role_last_used", "unique_id"),
    )


def _policy(name: str, team: str, rng: random.Random) -> Declared:
    allowed = [
        {
            "Action": [f"sqs:{verb}" for verb in ("SendMessage", "ReceiveMessage", "DeleteMessage")],
            "Effect": "Allow",
            "Resource": f"arn:aws:sqs:*:*:{team}-{i}",
        }
        for i in range(4)
    ]
    known = {
        "description": None,
        "name": name,
        "path": "/",
        "policy": json.dumps({"Statement": allowed, "Version": "2012-10-17"}),
        "delay_after_policy_creation_in_ms": None,
    }
    return Declared("aws_iam_policy", name, {**known, **tags(name, team)}, ("arn", "attachment_count", "id", "name_prefix", "policy_id"))


def _attachment(name: str, team: str, rng: random.Random) -> Declared:
    return Declared(
        "aws_iam_role_policy_attachment",
        name,
        {"role": f"{team}-task"},
        ("id",),
        {"policy_arn": [f"aws_iam_policy.{team}.arn", f"aws_iam_policy.{team}"]},
    )


def _log_group(name: str, team: str, rng: random.Random) -> Declared:
    known = {
        "kms_key_id": None,
        "log_group_class": "STANDARD",
        "name": f"/ecs/{team}/{name}",
        "retention_in_days": 90,
        "skip_destroy": False,
        "region": "eu-west-1",
    }
    return Declared("aws_cloudwatch_log_group", name, {**known, **tags(name, team)}, ("arn", "id", "name_prefix"))


def _record(name: str, team: str, rng: random.Random) -> Declared:
    known: JsonObject = {
        "alias": [{"evaluate_target_health": True, "name": f"{team}.elb.eu-west-1.amazonaws.com", "zone_id": "Z32O12XQLNTSW2"}], "cidr_routing_policy": [],
        "failover_routing_policy": [], "geolocation_routing_policy": [], "geoproximity_routing_policy": [], "health_check_id": None, "latency_routing_policy": [],
        "multivalue_answer_routing_policy": None, "name": f"{name}.example.org", "records": None, "set_identifier": None, "timeouts": None, "ttl": None, "type": "A",
        "weighted_routing_policy": [], "zone_id": "Z0123456789ABCDEFGHIJ",
    }  # fmt: skip
    return Declared("aws_route53_record", name, known, ("allow_overwrite", "fqdn", "id"))


def _task(name: str, team: str, rng: random.Random) -> Declared:
    settings = [{"name": f"{team.upper()}_SETTING_{i}", "value": f"{rng.getrandbits(96):x}"} for i in range(20)]
    container = {
        "cpu": 512, "essential": True, "image": f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/{team}:{rng.getrandbits(40):x}", "memory": 1024, "name": team,
        "environment": settings, "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": f"/ecs/{team}", "awslogs-region": "eu-west-1"}},
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
    }  # fmt: skip
    known = {
        "container_definitions": json.dumps([container]), "cpu": "512", "ephemeral_storage": [], "execution_role_arn": None, "family": name, "ipc_mode": None,
        "memory": "1024", "network_mode": "awsvpc", "pid_mode": None, "placement_constraints": [], "proxy_configuration": [], "requires_compatibilities": ["FARGATE"],
        "runtime_platform": [], "skip_destroy": False, "track_latest": False, "volume": [], **tags(name, team),
    }  # fmt: skip
    return Declared(
        "aws_ecs_task_definition",
        name,
        known,
        ("arn", "arn_without_revision", "enable_fault_injection", "id", "revision"),
        {"task_role_arn": ["aws_iam_role.task"]},
    )


def _service(name: str, team: str, rng: random.Random) -> Declared:
    known: JsonObject = {
        "alarms": [], "capacity_provider_strategy": [], "deployment_circuit_breaker": [{"enable": True, "rollback": True}], "deployment_controller": [],
        "deployment_maximum_percent": 200, "deployment_minimum_healthy_percent": 100, "desired_count": 3, "enable_ecs_managed_tags": False, "force_delete": None,
        "health_check_grace_period_seconds": None, "launch_type": "FARGATE", "name": name, "ordered_placement_strategy": [], "placement_constraints": [],
        "propagate_tags": None, "scheduling_strategy": "REPLICA", "service_connect_configuration": [], "service_registries": [], "timeouts": None,
        "load_balancer": [{"container_name": team, "container_port": 8080, "elb_name": ""}], "wait_for_steady_state": False, **tags(name, team),
    }  # fmt: skip
    return Declared(
        "aws_ecs_service",
        name,
        known,
        ("availability_zone_rebalancing", "iam_role", "id", "platform_version", "triggers"),
        {"task_definition": ["aws_ecs_task_definition.task"]},
    )


def _function(name: str, team: str, rng: random.Random) -> Declared:
    known: JsonObject = {
        "architectures": ["arm64"], "code_signing_config_arn": None, "dead_letter_config": [], "description": f"{team} events", "environment": [{"variables": {f"K{i}": f"{rng.getrandbits(64):x}" for i in range(8)}}],
        "file_system_config": [], "filename": None, "function_name": name, "handler": "main.handler", "image_config": [], "image_uri": None, "kms_key_arn": None, "layers": None,
        "memory_size": 512, "package_type": "Zip", "publish": False, "reserved_concurrent_executions": -1, "runtime": "python3.12", "s3_bucket": "acme-code", "s3_key": name,
        "skip_destroy": False, "snap_start": [], "timeout": 30, "timeouts": None, "vpc_config": [], **tags(name, team),
    }  # fmt: skip
    computed = "arn code_sha256 id invoke_arn last_modified logging_config qualified_arn qualified_invoke_arn signing_job_arn source_code_hash source_code_size tracing_config version"
    return Declared("aws_lambda_function", name, known, tuple(computed.split()), {"role": ["aws_iam_role.task"]})


def _target(name: str, team: str, rng: random.Random) -> Declared:
    check = {
        "enabled": True,
        "healthy_threshold": 3,
        "interval": 30,
        "matcher": "200",
        "path": "/health",
        "port": "traffic-port",
        "protocol": "HTTP",
        "timeout": 5,
        "unhealthy_threshold": 3,
    }
    known = {
        "deregistration_delay": "30",
        "health_check": [check],
        "lambda_multi_value_headers_enabled": False,
        "name": name,
        "port": 8080,
        "protocol": "HTTP",
        "proxy_protocol_v2": False,
        "slow_start": 0,
        "target_type": "ip",
    }
    return Declared(
        "aws_lb_target_group",
        name,
        {**known, **tags(name, team)},
        ("arn", "arn_suffix", "id", "load_balancer_arns", "target_failover", "target_health_state"),
        {"vpc_id": ["aws_vpc.main"]},
    )


def _alarm(name: str, team: str, rng: random.Random) -> Declared:
    known: JsonObject = {
        "actions_enabled": True, "alarm_actions": ["arn:aws:sns:eu-west-1:111122223333:pages"], "alarm_description": f"{team} is slow", "alarm_name": name,
        "comparison_operator": "GreaterThanThreshold", "datapoints_to_alarm": None, "dimensions": {"LoadBalancer": f"app/{team}/50dc6c495c0c9188"}, "evaluation_periods": 3,
        "extended_statistic": "p99", "insufficient_data_actions": None, "metric_name": "TargetResponseTime", "metric_query": [], "namespace": "AWS/ApplicationELB", "ok_actions": None,
        "period": 60, "statistic": None, "threshold": 2, "treat_missing_data": "missing", "unit": None, **tags(name, team),
    }  # fmt: skip
    return Declared("aws_cloudwatch_metric_alarm", name, known, ("arn", "evaluate_low_sample_count_percentiles", "id"))


_KINDS: tuple[tuple[Callable[[str, str, random.Random], Declared], int], ...] = (
    (_rule, 22), (_attachment, 14), (_role, 11), (_record, 10), (_log_group, 9), (_policy, 7), (_task, 6), (_service, 6), (_function, 5), (_target, 4), (_instance, 4), (_alarm, 2),
)  # fmt: skip


def noise(name: str, rng: random.Random) -> Declared:
    """Any unprotected resource, as often as its kind is met in a large stack."""
    make = rng.choices([kind for kind, _ in _KINDS], [weight for _, weight in _KINDS])[0]
    return make(name, rng.choice(TEAMS), rng)
