"""What a violation says: the number found and wanted, for which environment and by which line of the standard, and the change
that mends it, in Pulumi's own property names and in Python's.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from recoverable.model.finding import Finding, Verdict
from recoverable.readers.pulumi.pulumi_names import CLOUDS, EXCEPTIONS, SERVICES, terraform_type
from recoverable.report.words import clean
from recoverable.standard.fields import ALL_FIELDS
from recoverable.standard.load import BUILT_IN_LABEL

_TYPE = re.compile(r"\b(?:aws|google|neon)(?:_[a-z0-9]+)+\b")
_SNAKE = re.compile(r"(?<![\w:/-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w:/-])")
_QUOTED = re.compile(r'("[^"]*")')
_FLAG, _SETTING = "give --environment", 'set "environment" in the configuration of the pack'
_OWN = frozenset(item.name for item in ALL_FIELDS)
_TOKENS = {kind: token for token, kind in EXCEPTIONS.items()}
_PACKAGES = {terraform: pulumi for pulumi, terraform in CLOUDS.items()}
_SERVICE_NAMES = {terraform: pulumi for pulumi, terraform in SERVICES.items()}


def violation(finding: Finding) -> str:
    """The text of one violation, a fact a line."""
    lines = [f"[unknown] {finding.message}" if finding.verdict is Verdict.UNKNOWN else finding.message]
    numbers = [f"{word}: {text}" for word, text in (("found", finding.found), ("wanted", finding.wanted)) if text]
    if numbers:
        lines.append("; ".join(numbers))
    if finding.environment:
        origin = "the built-in standard" if finding.standard == BUILT_IN_LABEL else finding.standard
        number = f"; the number comes from {origin}" if origin else ""
        lines.append(f"environment: {finding.environment} ({finding.environment_source}){number}")
    return "\n".join(clean(line) for line in [*(in_python(line) for line in lines), *_fixes(finding.fix)])


def in_pulumi(text: str) -> str:
    """A text with Pulumi's names for Terraform's types and properties."""
    return _outside_quotes(in_python(text), lambda part: _SNAKE.sub(lambda match: _camel(match.group()), part))


def in_python(text: str) -> str:
    """A text with Pulumi's names for Terraform's types; properties stay as they are, which is Python's way."""
    return _outside_quotes(text, lambda part: _TYPE.sub(lambda match: type_name(match.group()), part))


def type_name(kind: str) -> str:
    """``aws.s3.BucketVersioning`` for ``aws_s3_bucket_versioning``; a type that no name fits stays as it is."""
    token = _TOKENS.get(kind) or _guessed(kind)
    if not token:
        return kind
    package, _, path = token.partition(":")
    service, _, name = path.partition("/")
    return f"{package}.{service}.{name[:1].upper()}{name[1:]}"


def _guessed(kind: str) -> str:
    """The token whose Terraform type is this one; "" where none reads back as it."""
    cloud, _, rest = kind.partition("_")
    services = [name for name in _SERVICE_NAMES if rest.startswith(f"{name}_")] or [rest.partition("_")[0]]
    for service in services:
        name = _camel(rest[len(service) + 1 :])
        token = f"{_PACKAGES[cloud]}:{_SERVICE_NAMES.get(service, service)}/{name}"
        if name and terraform_type(f"{token}:X") == kind:
            return token
    return ""


def _fixes(fix: str) -> list[str]:
    fix = fix.replace(_FLAG, _SETTING)
    if not fix or fix.startswith("Give "):  # that one speaks of the program's own names
        return [f"fix: {fix}"] if fix else []
    pulumi, python = in_pulumi(fix), in_python(fix)
    return [f"fix: {pulumi}"] + ([f"fix in Python: {python}"] if python != pulumi else [])


def _camel(word: str) -> str:
    if word in _OWN:
        return word
    first, *rest = word.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    """The text with everything changed that stands outside of double quotes."""
    return "".join(part if part.startswith('"') else change(part) for part in _QUOTED.split(text))
