"""The query protocol of AWS, read strictly: a request is checked against the service model that botocore ships."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import botocore.session

VERSION = "2014-10-31"
NAMESPACE = f"http://rds.amazonaws.com/doc/{VERSION}/"
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request")


class ApiError(Exception):
    """What the service answers instead. ``drop`` hangs up without an answer."""

    def __init__(self, code: str, message: str = "", status: int = 400, *, drop: bool = False) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.drop = drop

    def body(self) -> bytes:
        """As RDS writes it."""
        kind = "Sender" if self.status < 500 else "Receiver"
        return (
            f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{kind}</Type><Code>{escape(self.code)}</Code>'
            f"<Message>{escape(self.message)}</Message></Error><RequestId>fake</RequestId></ErrorResponse>"
        ).encode()


@lru_cache(maxsize=1)
def model() -> Any:
    """The service model of RDS."""
    return botocore.session.get_session().get_service_model("rds")


def scope(authorization: str) -> tuple[str, str]:
    """Region and service of a signed request."""
    found = _SCOPE.search(authorization)
    if found is None:
        raise ApiError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    return found["region"], found["service"]


def parse(body: bytes) -> tuple[str, dict[str, Any]]:
    """Action and parameters of a request; anything that the model does not know, lacks or writes otherwise is refused."""
    flat = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    action, version = flat.pop("Action", ""), flat.pop("Version", "")
    if action not in model().operation_names:
        raise ApiError("InvalidAction", f"Could not find operation {action} for version {version}")
    if version != VERSION:
        raise ApiError("InvalidAction", f"Could not find operation {action} for version {version}")
    shape = model().operation_model(action).input_shape
    if shape is None:
        return action, {}
    found = _structure(shape, flat, "")
    if flat:
        raise ApiError("InvalidParameterValue", f"unknown parameters: {', '.join(sorted(flat))}")
    return action, found


def _structure(shape: Any, flat: dict[str, str], prefix: str) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        key = prefix + member.serialization.get("name", name)
        value = _value(member, flat, key)
        if value is not None:
            found[name] = value
        elif name in shape.required_members:
            raise ApiError("MissingParameter", f"The request must contain the parameter {key}")
    return found


def _value(shape: Any, flat: dict[str, str], key: str) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, flat, f"{key}.") if any(each.startswith(f"{key}.") for each in flat) else None
    if shape.type_name == "list":
        return _list(shape, flat, key)
    if key not in flat:
        return None
    return _scalar(shape.type_name, flat.pop(key), key)


def _list(shape: Any, flat: dict[str, str], key: str) -> list[Any] | None:
    if flat.get(key) == "":
        flat.pop(key)
        return []
    prefix = key if shape.serialization.get("flattened") else f"{key}.{shape.member.serialization.get('name', 'member')}"
    found: list[Any] = []
    while True:
        value = _value(shape.member, flat, f"{prefix}.{len(found) + 1}")
        if value is None:
            return found or None
        found.append(value)


def _scalar(kind: str, text: str, key: str) -> Any:
    try:
        if kind == "boolean":
            return {"true": True, "false": False}[text]
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("double", "float"):
            return float(text)
        if kind == "timestamp":
            time = datetime.datetime.fromisoformat(text)
            if time.tzinfo is None:
                raise ValueError("no zone")
            return time.astimezone(datetime.UTC)
    except (KeyError, ValueError):
        raise ApiError("InvalidParameterValue", f"{key} is no {kind}") from None
    return text
