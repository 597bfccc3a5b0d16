"""``google_iam_policy``: the JSON text that the Google provider makes of its blocks; of one that is known in part, a sketch."""

from __future__ import annotations

import json
from typing import Any

from recoverable.model.sketches import filled


def google_policy_text(attrs: dict[str, Any]) -> str:
    """The policy document. The provider sorts it, and adds audit configurations: neither says who is allowed what."""
    bindings = attrs.get("binding", [])
    return json.dumps({"bindings": [_binding(each) for each in bindings] if isinstance(bindings, list) else bindings})


def google_policy_sketch(attrs: dict[str, Any]) -> str:
    """The document with placeholders for what is unknown of its blocks."""
    return google_policy_text(filled(attrs))


def _binding(block: Any) -> Any:
    return {"role": block.get("role"), "members": block.get("members")} if isinstance(block, dict) else block
