"""Names of regions: what is no region, or the same one in other letters, would be a second copy beside the original."""

import re
from collections.abc import Callable

AWS = re.compile(r"[a-z]+(-[a-z]+)+-\d+")
GCP = re.compile(r"[A-Za-z]+\d*(-[A-Za-z]+\d+)?")
Refuse = Callable[[str, object, str, str], None]


def check_region(refuse: Refuse, field: str, region: str, *, on_aws: bool) -> None:
    """Refuse what is not written as a region (on Google Cloud: or a multi-region)."""
    if not (AWS if on_aws else GCP).fullmatch(region):
        bound = "a region such as eu-central-1" if on_aws else "a location such as europe-west4"
        refuse(field, region, bound, "Whether a copy leaves the region is told by the name.")


def same(one: str | None, other: str | None) -> bool:
    """Whether two names mean one place. Google Cloud takes them in any letters."""
    return one is not None and other is not None and one.lower() == other.lower()
