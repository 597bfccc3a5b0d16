"""The JSON Schema of ``recoverable.toml`` as a whole: the standard's, with the tables of drills, alerts and state backends in it."""

from __future__ import annotations

from typing import Any

from recoverable.alerts.settings import EMAIL, JOB, NAME_PATTERN, WARNING_DAYS
from recoverable.alerts.to_email import TLS
from recoverable.alerts.to_pushgateway import JOB_PATTERN
from recoverable.alerts.to_sns import ARN
from recoverable.drill import durations
from recoverable.drill.settings_schema import drill_schema
from recoverable.standard import json_schema
from recoverable.state_backend.settings_schema import state_backend_schema

Json = dict[str, Any]


def schema() -> Json:
    """What editors read; printed by ``recoverable standard --schema``."""
    return json_schema.schema(drill_schema(), alerts_schema(), state_backend_schema())


def alerts_schema() -> Json:
    """The ``alerts`` table."""
    kinds = {"email": _email(), "sns": _sns(), "webhook": _webhook()}
    destination = {"oneOf": [_with_kind(name, each) for name, each in kinds.items()]}
    return _closed(
        {
            "facts": _text("A file of backup facts (docs/backup-facts.schema.json), relative to this one."),
            "metrics": _text("Where OpenMetrics are written, for node_exporter's textfile collector."),
            "repeat": _duration("How long an alert that goes on is not told again. Default: 1d."),
            "waiver_warning_days": {
                "type": "integer",
                "minimum": 0,
                "maximum": 365,
                "default": WARNING_DAYS,
                "description": "How many days before its last day a waiver is told.",
            },
            "backup_age": _duration("How old the last successful backup may be, where the RPO does not allow more. Default: 26h."),
            "facts_age": _duration("How old the facts of a store may be. Default: 2d."),
            "heartbeat": {
                **_closed({**_address(), "ca_file": _ca_file()}, "An address that is asked after every run that was whole."),
                "oneOf": _one_of("url", "url_env", "url_file"),
            },
            "push": _push(),
            "destinations": {**_closed({}, "Who is told."), "patternProperties": {NAME_PATTERN: destination}},
        },
        "What `recoverable alerts` watches, and whom it tells.",
    )


def _push() -> Json:
    return {
        **_closed(
            {
                **_address(),
                "job": {"type": "string", "pattern": JOB_PATTERN, "default": JOB, "description": "The job that owns what is pushed."},
                **_login(),
                "ca_file": _ca_file(),
            },
            "A Pushgateway of Prometheus, which takes the metrics of each run.",
        ),
        "oneOf": _one_of("url", "url_env", "url_file"),
        "dependencies": _LOGIN_DEPENDENCIES,
    }


def _login() -> Json:
    return {"user": _text("Who logs in; without it, nobody does."), **_secret("password")}


def _email() -> Json:
    address = {"type": "string", "pattern": EMAIL}
    return {
        **_closed(
            {
                "host": _text("The mail server."),
                "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "Default: 587, with tls = tls 465."},
                "tls": {"enum": list(TLS), "default": TLS[0], "description": "TLS from the first word, or by STARTTLS; never without."},
                "from": {**address, "description": "The sender."},
                "to": {"type": "array", "minItems": 1, "items": address, "description": "Each gets a message of his own."},
                **_login(),
                "ca_file": _ca_file(),
            }
        ),
        "required": ["host", "from", "to"],
        "dependencies": _LOGIN_DEPENDENCIES,
    }


def _sns() -> Json:
    return {
        **_closed({"topic_arn": {"type": "string", "pattern": f"^{ARN.pattern}$", "description": "The topic."}}),
        "required": ["topic_arn"],
    }


def _webhook() -> Json:
    return {
        **_closed({**_address(), **_secret("secret"), "ca_file": _ca_file()}),
        "allOf": [{"oneOf": _one_of("url", "url_env", "url_file")}, {"oneOf": _one_of("secret_env", "secret_file")}],
    }


def _with_kind(name: str, each: Json) -> Json:
    return {**each, "properties": {"kind": {"const": name}, **each["properties"]}, "required": ["kind", *each.get("required", [])]}


def _address() -> Json:
    return {"url": _text("An https address that is no secret."), **_secret("url")}


def _secret(name: str) -> Json:
    return {f"{name}_env": _text("The environment variable that holds it."), f"{name}_file": _text("The file that holds it.")}


def _one_of(*keys: str) -> list[Json]:
    return [{"required": [key]} for key in keys]


_LOGIN_DEPENDENCIES: Json = {
    "user": {"anyOf": _one_of("password_env", "password_file")},
    "password_env": ["user"],
    "password_file": ["user"],
}


def _ca_file() -> Json:
    return _text("Certificates of an authority of your own (PEM).")


def _duration(description: str) -> Json:
    return {"type": "string", "pattern": durations.PATTERN, "description": f"{description} {durations.EXAMPLES}."}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _closed(properties: Json, description: str = "") -> Json:
    said = {"description": description} if description else {}
    return {"type": "object", **said, "properties": properties, "additionalProperties": False}
