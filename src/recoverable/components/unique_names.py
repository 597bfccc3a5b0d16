"""Default names that the cloud wants to be unique in an account and region, and that Pulumi makes no random ending for.

Each ends in a few characters that differ between projects, stacks and components, so that two stacks of one account do not take each
other's. They are the same in every run. Whoever uses them ignores changes of the name: what an earlier version of ours named, or a
stack that was renamed, keeps its name, for the clouds replace what gets another.
"""

import hashlib
import re

import pulumi

from recoverable.components.base import Component

MARK = 8
"""Hexadecimal digits at the end: of 10,000 names two are the same once in 85 such accounts, and then the cloud says so."""


def unique(component: Component, longest: int, joint: str) -> str:
    """The component's name and environment, made of letters, digits and ``joint`` alone, at most ``longest`` characters.

    The organization is left out: a state that moves to another backend keeps its names.
    """
    mark = hashlib.sha256("\0".join((pulumi.get_project(), pulumi.get_stack(), component.short)).encode()).hexdigest()[:MARK]
    text = re.sub(r"[^A-Za-z0-9]", joint, f"{component.short}{joint}{component.policy.tier}")
    return f"{text[: longest - MARK - len(joint)]}{joint}{mark}"
