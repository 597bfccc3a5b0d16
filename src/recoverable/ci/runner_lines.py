"""What a step says to GitHub's runner: annotations, folded text, outputs, the job's summary."""

from __future__ import annotations

from collections.abc import Mapping

# Zero width, and enough to end what the runner would carry out.
_GUARD = "\u200b"


def safe_lines(text: str) -> list[str]:
    """Lines that the runner shows and does not carry out: no "::" at the start (after blanks), no "##[" anywhere."""
    lines = text.replace("\r", "\n").splitlines()
    return [(f"{_GUARD}{line}" if line.lstrip().startswith("::") else line).replace("##[", f"#{_GUARD}#[") for line in lines]


def annotate(level: str, message: str) -> None:
    """One annotation: ``error``, ``warning`` or ``notice``."""
    said = message.encode("utf-8", "backslashreplace").decode().strip()
    said = said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=recoverable::{said}", flush=True)


def fold(title: str, text: str) -> None:
    """Text that the log shows folded."""
    body = "\n".join(safe_lines(text.encode("utf-8", "backslashreplace").decode()))
    print(f"::group::{title}\n{body}\n::endgroup::", flush=True)


def append(path: str, outputs: Mapping[str, str]) -> None:
    """Add outputs to the file the runner named; without one there is nobody to tell.

    Raises:
        ValueError: a value holds a line break, which would make it two.
    """
    if any("\n" in value or "\r" in value for value in outputs.values()):
        raise ValueError("an output holds a line break")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())
