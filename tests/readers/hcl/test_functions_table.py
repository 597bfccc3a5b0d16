"""The table of functions against the list that ``terraform metadata functions`` prints."""

from __future__ import annotations

import pytest

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions import FUNCTIONS, SIGNATURES, UNKNOWN_AWARE, FunctionError
from tests.readers.hcl.oracle.oracle import ANSWERS, read_json

RECORDED = read_json(ANSWERS.read_text())["functions"]
LAZY = {"try", "can"}
NOT_EVALUATED = {
    "base64gzip",
    "bcrypt",
    "ephemeralasnull",
    "issensitive",
    "plantimestamp",
    "rsadecrypt",
    "timestamp",
    "uuid",
}


def test_every_function_of_terraform_is_there_or_named_as_not_evaluated() -> None:
    assert set(RECORDED) == set(FUNCTIONS) | LAZY | NOT_EVALUATED
    assert not set(FUNCTIONS) & (LAZY | NOT_EVALUATED)
    assert set(FUNCTIONS) >= UNKNOWN_AWARE


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_it_takes_as_many_arguments_as_terraforms(name: str) -> None:
    signature = SIGNATURES[name]
    assert len(signature.params) == RECORDED[name]["parameters"]
    assert (signature.rest is not None) == RECORDED[name]["variadic"]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_too_few_or_too_many_arguments_are_refused(name: str) -> None:
    count = RECORDED[name]["parameters"]
    if count:
        with pytest.raises(FunctionError):
            FUNCTIONS[name](*["x"] * (count - 1))
    if not RECORDED[name]["variadic"]:
        with pytest.raises(FunctionError):
            FUNCTIONS[name](*["x"] * (count + 1))


def test_an_error_names_the_function_and_the_argument() -> None:
    with pytest.raises(FunctionError, match=r"upper: argument 1 must not be null"):
        FUNCTIONS["upper"](None)
    with pytest.raises(FunctionError, match=r"cidrhost: argument 2: a number is required"):
        FUNCTIONS["cidrhost"]("10.0.0.0/8", "x")


def test_what_would_take_too_long_or_too_much_is_not_evaluated() -> None:
    many = [str(number) for number in range(1001)]
    assert isinstance(FUNCTIONS["setproduct"](many, many), Unknown)
    with pytest.raises(FunctionError):
        FUNCTIONS["tonumber"]("1e99999999")
    with pytest.raises(FunctionError):
        FUNCTIONS["format"]("%99999999d", 1)
