"""Valid backup standards of any shape, as TOML, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from recoverable.clouds.kinds import KINDS
from recoverable.standard.fields import ALL_FIELDS, BUILT_IN, ENVIRONMENT_ORDER, Field
from recoverable.standard.load import Standard, parse
from recoverable.standard.problems import StandardError

Layer = dict[str, Any]
MAXIMUM, MINIMUM = "backup_retention_days_max", "backup_retention_days"
# Kinds that the composed program builds; numbers for any other kind change nothing in it.
OUR_KINDS = (
    "s3-bucket", "gcs-bucket", "rds-instance", "cloudsql-instance", "backup-vault", "gcp-backup-vault", "backup-plan", "backup-plan-rule",
    "gcp-backup-plan", "secret", "gcp-secret", "kms-key", "gcp-kms-key", "restore-testing-plan", "dynamodb-table",
)  # fmt: skip
# Half of all draws stay where real standards are; the other half use the whole range that the file accepts.
USUAL = {
    "backup_retention_days": st.sampled_from([7, 14, 21, 30, 35, 36, 60, 90, 91, 180, 365, 400]),
    "pitr_window_days": st.sampled_from([1, 3, 7, 8, 14, 30, 35, 36]),
    "rpo_minutes": st.sampled_from([None, 1, 4, 5, 14, 15, 16, 60, 1440, 10080]),
    "restore_test_days": st.sampled_from([1, 7, 14, 31, 92, 184, 366]),
}


def values(item: Field) -> st.SearchStrategy[Any]:
    """Any value that the file accepts for a field."""
    if item.type == "switch":
        return st.just(True) if item.name == "encryption" else st.booleans()
    if item.type == "choice":
        return st.sampled_from(item.choices)
    if item.type == "text":
        return st.sampled_from(["platform-team", "payments", ""])
    whole = st.integers(item.low, item.high)
    wide = st.one_of(st.none(), whole) if item.optional else whole
    return st.one_of(USUAL[item.name], wide) if item.name in USUAL else wide


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A standard as the data of its file: the three environments in order, kinds, and an environment of its own."""
    chosen = draw(st.lists(st.sampled_from([item for item in ALL_FIELDS if item.name != MAXIMUM]), unique=True, max_size=7))
    environments: dict[str, Layer] = {name: {} for name in ENVIRONMENT_ORDER}
    for item in chosen:
        triple = [draw(values(item)) for _ in ENVIRONMENT_ORDER]
        if item.comparable and item.ordered:
            triple.sort(key=item.rank, reverse=True)
        for name, value in zip(ENVIRONMENT_ORDER, triple, strict=True):
            environments[name][item.name] = value
    if draw(st.booleans()):
        _add_maximum(draw, environments)
    kinds = draw(st.dictionaries(st.sampled_from(OUR_KINDS), _few_settings(), max_size=2))
    if draw(st.booleans()):
        environments["edge"] = {"like": draw(st.sampled_from(ENVIRONMENT_ORDER)), **draw(_few_settings())}
    return {"environments": environments, "kinds": kinds}


def _few_settings() -> st.SearchStrategy[Layer]:
    fields = [item for item in ALL_FIELDS if item.name not in (MAXIMUM, "owner")]
    return st.lists(st.sampled_from(fields), unique=True, min_size=1, max_size=3).flatmap(
        lambda chosen: st.fixed_dictionaries({item.name: values(item) for item in chosen})
    )


def _add_maximum(draw: st.DrawFn, environments: dict[str, Layer]) -> None:
    for name in ENVIRONMENT_ORDER:
        least = environments[name].get(MINIMUM, BUILT_IN[name][MINIMUM])
        environments[name][MAXIMUM] = draw(st.one_of(st.none(), st.integers(least, 3650)))


def text_of(document: dict[str, Any]) -> str:
    """The file."""
    lines = ["schema = 1", ""]
    for name, layer in document["environments"].items():
        lines += [f"[environments.{name}]", *_lines(layer), ""]
    for kind, layer in document["kinds"].items():
        lines += [f'[kinds."{kind}"]', *_lines(layer), ""]
    return "\n".join(lines)


def _lines(layer: Layer) -> list[str]:
    def say(value: Any) -> str:
        if value is None:
            return '"none"'
        return f'"{value}"' if isinstance(value, str) else str(value).lower()

    return [f"{key} = {say(value)}" for key, value in layer.items()]


def valid(text: str) -> Standard | None:
    """The standard, or None where its own validation refuses it (a kind's minimum over an environment's maximum)."""
    try:
        return parse(text, kinds=KINDS)
    except StandardError:
        return None


standards: st.SearchStrategy[str] = documents().map(text_of).filter(lambda text: valid(text) is not None)
"""Texts of valid standards."""
