"""Calls of Terraform's functions; one that is not there is unknown by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.function_sketches import with_sketch
from recoverable.readers.hcl.functions_signature import FunctionError
from recoverable.readers.hcl.hcl_values import joined, loosened
from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText

_READS_FILES = frozenset(
    {"file", "fileexists", "fileset", "filebase64", "filemd5", "filesha1", "filesha256", "filesha512",
     "filebase64sha256", "filebase64sha512", "templatefile", "abspath"}
)  # fmt: skip
# Functions whose answer is one of their arguments, or made of them unchanged.
_HANDS_ON = frozenset(
    {"coalesce", "coalescelist", "compact", "concat", "distinct", "element", "flatten", "join", "lookup", "merge", "nonsensitive", "one", "reverse",
     "sensitive", "setunion", "slice", "sort", "tolist", "tomap", "toset", "tostring", "trimspace", "values", "zipmap"}
)  # fmt: skip
# Functions that put many values into one list: of one that is unknown, what is known in it is not seen any more.
_GATHERS = frozenset({"concat", "distinct", "flatten", "setunion", "toset"})
_RENDERS = frozenset({"templatefile", "templatestring"})


@cache
def _functions() -> dict[str, Any]:
    """The table, imported when the first function is called: it brings in half the standard library."""
    from recoverable.readers.hcl.functions import FUNCTIONS

    return dict(FUNCTIONS)


def call_function(name: str, arguments: list[Any], folder: Path | None) -> Any:
    """The value of a call with evaluated arguments; the functions themselves look for unknown ones."""
    functions = _functions()
    name = name.removeprefix("core::")
    function = functions.get(name)
    if function is None or (folder is None and name in _READS_FILES):
        refs = joined(*arguments).refs
        return Unknown(f"{name}(…)", f"function {name} is not evaluated", refs)
    try:
        context: dict[str, Any] = {"base": folder} if name in _READS_FILES else {}
        if name in _RENDERS:
            context["render"] = _render
        found = with_sketch(name, arguments, function(*arguments, **context))
        return found if name in _HANDS_ON and not (name in _GATHERS and _has_text(arguments)) else loosened(found)
    except FunctionError as error:
        raise EvalError(str(error)) from None


def _has_text(value: Any) -> bool:
    """Whether there is a text in it that says something."""
    return bool(value) if isinstance(value, str) else isinstance(value, list) and any(_has_text(item) for item in value)


def _render(text: str, variables: dict[str, Any]) -> Any:
    """A template file with its own variables, and no other names in sight."""
    from recoverable.readers.hcl.evaluator import Scope, evaluate
    from recoverable.readers.hcl.no_names import NoNames
    from recoverable.readers.hcl.template_parser import parse_template

    try:
        return evaluate(parse_template(SourceText(text, "template")), Scope(NoNames(), dict(variables)))
    except HclSyntaxError as error:
        raise EvalError(f"the template, line {error.line}: {error.message}") from None
