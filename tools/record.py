"""``make record``: records previews of all rule examples with the real Pulumi engine, anew.

The engine is built once (about five minutes); the recording itself takes about a minute.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the examples to a file and record them."""
    sys.path.insert(0, str(ROOT))
    from tests.parity.batches import examples_document

    with tempfile.TemporaryDirectory() as folder:
        examples = Path(folder, "examples.json")
        examples.write_text(examples_document("preview"), encoding="utf-8")
        into = ROOT / "tests" / "parity" / "recordings"
        command = [sys.executable, "-m", "tests.standins.pulumi.record", str(examples), "--into", str(into), *sys.argv[1:]]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
