"""The JSON Schema of ``recoverable.toml``, made from the same tables that validate it."""

from __future__ import annotations

from typing import Any

from recoverable.standard.fields import ALL_FIELDS, CADENCES, ENVIRONMENT_ORDER, NONE_WORD, STRICTEST, Field
from recoverable.standard.host_settings import LEVELS
from recoverable.standard.load import SEVERITIES
from recoverable.standard.tables import ALIAS_PATTERN, NAME_PATTERN, RULE_PATTERN, TAG_PATTERN

Json = dict[str, Any]


def schema(drill: Json, alerts: Json, state_backend: Json) -> Json:
    """The schema (draft 7, which TOML editors read); what is given are those of tables that are not the standard's."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "recoverable.toml: the backup standard",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "schema": {"const": 1, "description": "The version of this format."},
            "reviewed": {**_date(), "description": "When the owner last reviewed these numbers; stale after 12 months."},
            "require_environment": _switch("Make it a finding when the environment of a store is not found."),
            "fail_on": {"enum": list(SEVERITIES), "default": "medium", "description": "The least severity that fails a run."},
            "environments": _environments(),
            "kinds": _kinds(),
            "stores": {
                "oneOf": [_object({}, _ref("store"), "Settings by address (glob)."), {"type": "array", "items": _ref("selected_store")}]
            },
            "waivers": {"type": "array", "items": _ref("waiver")},
            "alerting": _object({"external": {**_texts(), "description": "Listeners that the input does not show."}}),
            "drill": drill,
            "alerts": alerts,
            "state_backend": state_backend,
            "hosts": _object({"pulumi": _pulumi()}, description="How the hosts of the rules enforce them."),
        },
        "definitions": {
            "settings": _object(_settings()),
            "store": _object(_store()),
            "selected_store": {
                **_object({**_store(), "address": _text("Address (glob: * and ?)."), "tag": _pattern(TAG_PATTERN, "key=value of a tag.")}),
                "anyOf": [{"required": ["address"]}, {"required": ["tag"]}],
            },
            "environment": _object({**_environment(), "like": False}),
            "declared_environment": {**_object(_environment()), "required": ["like"]},
            "waiver": {**_waiver(), "required": ["rule"], "anyOf": [{"required": ["address"]}, {"required": ["file"]}]},
        },
    }


def _environments() -> Json:
    built_in = {name: _ref("environment") for name in ENVIRONMENT_ORDER}
    return {
        **_object({**built_in, STRICTEST: False}),
        "patternProperties": {f"^(?!({'|'.join(ENVIRONMENT_ORDER)})$)[a-z][a-z0-9_-]*$": _ref("declared_environment")},
    }


def _environment() -> Json:
    like = _text("Another environment whose numbers hold where this one states none.")
    aliases = {"type": "array", "items": _pattern(ALIAS_PATTERN, "A name that stands for this environment.")}
    return {**_settings(), "aliases": aliases, "like": like, "kinds": _kinds()}


def _kinds() -> Json:
    return {**_object({}, description="Settings per kind of store."), "patternProperties": {NAME_PATTERN: _ref("settings")}}


def _settings() -> Json:
    cadence = {"enum": list(CADENCES), "description": "restore_test_days in a word."}
    return {**{item.name: _setting(item) for item in ALL_FIELDS}, "restore_test": cadence}


def _setting(item: Field) -> Json:
    if item.name == "encryption":
        return {"const": True, "description": item.doc}
    if item.type == "switch":
        return _switch(item.doc)
    if item.type == "choice":
        return {"enum": list(item.choices), "description": item.doc}
    if item.type == "text":
        return _text(item.doc)
    number = {"type": "integer", "minimum": item.low, "maximum": item.high}
    return {**({"anyOf": [number, {"const": NONE_WORD}]} if item.optional else number), "description": item.doc}


def _store() -> Json:
    return {**_settings(), "environment": _text("The environment of the store, whatever its tags say.")}


def _waiver() -> Json:
    return _object(
        {
            "rule": _pattern(RULE_PATTERN, "The rule's name or id."),
            "address": _text("Address (glob: * and ?)."),
            "file": _text("File (glob: * and ?)."),
            "reason": _text("Why it may be broken."),
            "owner": _text("Who answers for it."),
            "until": {**_date(), "description": "The last day it holds."},
        }
    )


def _pulumi() -> Json:
    level = {"enum": list(LEVELS)}
    return _object(
        {
            "enforcement": {**level, "default": "mandatory", "description": "What a finding at or above fail_on does."},
            "strict": _switch("What cannot be known before apply counts like a finding."),
            "remediate": _switch("Mend what can be mended safely, and say so."),
            "judge_alone": {**_texts(), "description": "Rules whose fails count before the rest of the stack is known; all: every rule."},
            "rules": {"type": "object", "patternProperties": {RULE_PATTERN: level}, "additionalProperties": False},
        },
        description="The Pulumi policy pack.",
    )


def _object(properties: Json, rest: Json | bool = False, description: str = "") -> Json:
    said = {"description": description} if description else {}
    return {"type": "object", **said, "properties": properties, "additionalProperties": rest}


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _pattern(pattern: str, description: str) -> Json:
    return {"type": "string", "pattern": pattern, "description": description}


def _texts() -> Json:
    return {"type": "array", "items": {"type": "string", "minLength": 1}}


def _switch(description: str) -> Json:
    return {"type": "boolean", "description": description}


def _date() -> Json:
    return {"type": "string", "format": "date"}
