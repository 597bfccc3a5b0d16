"""The specimens: built and restored once per major version and worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.drill.catalogue.specimen import Source15Or18, Specimen, build, specimen
from tests.drill.local_drills import LocalDrill, red
from tests.drill.source_server import open_folder


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker per major version, so that each specimen is built once."""
    for item in items:
        if isinstance(item, pytest.Function) and Path(__file__).parent in item.path.parents:
            params = item.callspec.params if hasattr(item, "callspec") else {}
            major = params.get("major") or (15 if params.get("seed", 1) % 2 == 0 or params.get("position", 1) % 3 == 0 else 18)
            item.add_marker(pytest.mark.xdist_group(f"drill-catalogue-{major}"))


@pytest.fixture(scope="session")
def source_of() -> Iterator[Callable[[int], Source15Or18]]:
    built: dict[int, Source15Or18] = {}
    with ExitStack() as stack:

        def give(major: int) -> Source15Or18:
            if major not in built:
                built[major] = build(major, stack.enter_context(open_folder(f"rcv-cat-{major}-")))
            return built[major]

        yield give


@pytest.fixture(scope="session")
def specimen_of(source_of: Callable[[int], Source15Or18]) -> Iterator[Callable[[int], Specimen]]:
    standing: dict[int, Specimen] = {}
    with ExitStack() as stack:

        def give(major: int) -> Specimen:
            if major not in standing:
                place = stack.enter_context(open_folder(f"rcv-spec-{major}-"))
                standing[major] = stack.enter_context(specimen(source_of(major), place))
            return standing[major]

        yield give


@pytest.fixture(scope="session")
def twin_of(source_of: Callable[[int], Source15Or18]) -> Callable[[int, str], dict[str, str]]:
    """What preflight has against the undamaged backup, asked once: nothing."""
    said: dict[tuple[int, str], dict[str, str]] = {}

    def give(major: int, target: str) -> dict[str, str]:
        if (major, target) not in said:
            with open_folder() as place:
                said[major, target] = red(LocalDrill(place, source_of(major).settings).preflight(target))
        return said[major, target]

    return give
