"""The same resources as a program of components makes, written without components: what a user would have to write by hand.

Run under Pulumi's mocks, the components tell every child with its inputs. Here they become a program that makes each child with
the SDK's own class, with the same names, the same inputs and the same references between them.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.components.harness import Built, Child, build  # noqa: E402 - the path is set above

HEAD = '''"""Made by tools/bench/plain_program.py: the resources of {count} components, without a component."""

import pulumi
{imports}

r = {{}}


def late(template, *parts):
    """A text with the outputs of other resources in it."""
    def put(values):
        text = template
        for number, value in enumerate(values):
            text = text.replace(f"<<{{number}}>>", value)
        return text
    return pulumi.Output.all(*parts).apply(put)


def options(**more):
    return pulumi.ResourceOptions(**more)

'''


def plain(program: Callable[[], Any], count: int, stack: str, region: str) -> tuple[str, int]:
    """The program's text and how many resources it makes."""
    built = build(program, preview=False, stack=stack, region=region)
    children = [child for child in built.children if child.custom]
    packages = sorted({f"pulumi_{child.token.split(':')[0]}" for child in children})
    imports = "\n".join(f"import {name}" for name in packages)
    lines = [line for child in children for line in statement(child, built)]
    return HEAD.format(count=count, imports=imports) + "\n".join(lines) + "\n", len(children)


def statement(child: Child, built: Built) -> Iterator[str]:
    """The lines that make one resource."""
    package, module, name = parts(child.token)
    cls = class_of(child.token)
    names = {camel(each): each for each in inspect.signature(cls._internal_init).parameters}
    known = list(references(child, built))
    yield f"r[{child.name!r}] = pulumi_{package}.{module}.{name}("
    yield f"    {child.name!r},"
    for wire, value in child.inputs.items():
        yield f"    {names[wire]}={expression(value, known)},"
    after = ", ".join(f"r[{each.name!r}]" for each in depended(child, built))
    yield f"    opts=options(protect={child.protect}, retain_on_delete={child.retain}, depends_on=[{after}]),"
    yield ")"


def depended(child: Child, built: Built) -> list[Child]:
    """The resources that must be there before."""
    return [each for each in built.children if each.custom and each.urn in child.depends]


def references(child: Child, built: Built) -> Iterator[tuple[str, str]]:
    """Texts that stand for an output of another resource, and the expression for it; the longest first."""
    found = {}
    for each in depended(child, built):
        for key, attribute in (("arn", "arn"), ("id", "id"), ("keyId", "key_id"), ("bucket", "bucket"), ("name", "name")):
            text = built.state.get(each.urn, {}).get(key)
            if isinstance(text, str) and text and attribute in dir(class_of(each.token)):
                found.setdefault(text, f"r[{each.name!r}].{attribute}")
    yield from sorted(found.items(), key=lambda pair: -len(pair[0]))


def expression(value: Any, known: list[tuple[str, str]]) -> str:
    """A value as Python text, with references where it holds what another resource gave."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {expression(each, known)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(expression(each, known) for each in value) + "]"
    if not isinstance(value, str):
        return repr(value)
    template, used = value, []
    for text, source in known:
        if text in template:
            template = template.replace(text, f"<<{len(used)}>>")
            used.append(source)
    if template == "<<0>>":
        return used[0]
    return f"late({template!r}, {', '.join(used)})" if used else json.dumps(value)


def class_of(token: str) -> Any:
    """The SDK's class of a type."""
    package, module, name = parts(token)
    return getattr(importlib.import_module(f"pulumi_{package}.{module}"), name)


def parts(token: str) -> tuple[str, str, str]:
    """``aws:s3/bucketPolicy:BucketPolicy`` as package, module and class."""
    package, module, name = token.split(":")
    return package, module.split("/")[0], name


def camel(name: str) -> str:
    """A Python argument as it goes over the wire."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
