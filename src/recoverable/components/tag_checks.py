"""Tags that the cloud would refuse halfway through a deployment.

AWS: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
Google Cloud: https://cloud.google.com/resource-manager/docs/labels-overview
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

MOST = {True: 50, False: 64}
"""Tags of one resource on AWS, labels on Google Cloud."""
RESERVED = 5
"""How many of them are ours."""
KEY, VALUE = 128, 256
_LETTERS = re.compile(r"[\w .:/=+@-]*")
Refuse = Callable[[str, object, str, str], None]


def check_tags(refuse: Refuse, tags: Mapping[Any, Any], label: Callable[[str], str], *, on_aws: bool) -> None:
    """Refuse tags, which are texts, by their keys; values are not shown. ``label`` makes a label's key of a tag's."""
    most = MOST[on_aws] - RESERVED
    if len(tags) > most:
        refuse("tags", len(tags), f"{most} at most", "The cloud takes no more, and some are ours.")
    for key, value in tags.items():
        if on_aws:
            _check_aws(refuse, key, value)
        elif not label(key)[:1].isalpha():
            refuse("tags", key, "a key that begins with a letter", "Google Cloud takes no other label.")


def _check_aws(refuse: Refuse, key: str, value: str) -> None:
    if not 1 <= len(key) <= KEY or not _LETTERS.fullmatch(key):
        refuse("tags", key, f"a key of 1 to {KEY} letters, digits, spaces and _ . : / = + - @", "AWS takes no other.")
    if key.lower().startswith("aws:"):
        refuse("tags", key, 'a key that does not begin with "aws:"', "AWS keeps it for itself.")
    if len(value) > VALUE or not _LETTERS.fullmatch(value):
        refuse("tags", key, f"a value of at most {VALUE} letters, digits, spaces and _ . : / = + - @", "AWS takes no other.")
