"""Words and escapes that several renderers share.

Addresses, names and messages carry text from the input, which is nobody's friend: it may hold
terminal escapes, line breaks, text that runs backwards, or bytes that are no UTF-8.
"""

from __future__ import annotations

import os
import re

from recoverable.model.finding import Finding, Severity, Suppression, Verdict

# C0 and C1 controls, soft hyphen, Arabic letter mark, zero-width and bidi marks, line separators,
# interlinear and byte-order marks, lone surrogates (paths that are no UTF-8), noncharacters.
_BEYOND_ASCII = "\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff"
_UNSAFE = re.compile(f"[\x00-\x1f{_BEYOND_ASCII}]")
_UNSAFE_JSON = re.compile(f"[{_BEYOND_ASCII}]")


def clean(text: str) -> str:
    """Text that is safe to print on one line: what would steer a terminal is shown as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text)


def clean_lines(text: str) -> list[str]:
    """The lines of a text, each clean and no command to a CI runner; tabs become spaces."""
    lines = re.split("\r\n|\r|\n", text.expandtabs(2))
    return [harmless(clean(line.rstrip())) for line in lines]


def harmless(line: str) -> str:
    """A line that GitHub's runner does not carry out: "::" at the start (after blanks), "##[" anywhere."""
    if line.lstrip().startswith("::"):
        line = line.replace("::", r"\::", 1)
    return line.replace("##[", r"#\#[")


def clean_json(document: str) -> str:
    """A JSON document with what would steer a terminal, and what is no UTF-8, as JSON escapes."""
    if document.isascii():
        return document
    return _UNSAFE_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", document)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    short = {9: r"\t", 10: r"\n", 13: r"\r"}.get(code)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters; a cut is marked."""
    return text if len(text) <= limit else text[: limit - 3].rstrip() + "..."


def near(path: str) -> str:
    """A path as short as it can be from here: relative where it lies below the working folder."""
    if not path:
        return ""
    if os.path.isabs(path):
        here = os.getcwd().rstrip(os.sep) + os.sep
        if path.startswith(here):
            return path[len(here) :].replace(os.sep, "/")
        return path
    return os.path.normpath(path).replace(os.sep, "/")


def place(finding: Finding) -> str:
    """``file:line`` of a finding, as short as it can be from here."""
    path = near(finding.file)
    return f"{path}:{finding.line}" if finding.line else path


def label(finding: Finding) -> str:
    """The first word of a finding: its severity, or the verdict where it is no fail."""
    return finding.severity.value if finding.verdict is Verdict.FAIL else finding.verdict.value


def severity_level(severity: Severity) -> str:
    """``error``, ``warning`` or ``note``: the three levels that SARIF knows."""
    if severity.at_least(Severity.HIGH):
        return "error"
    return "warning" if severity is Severity.MEDIUM else "note"


def environment(finding: Finding) -> str:
    """``prod (tag environment=prod)``; empty where the rule asks nothing of an environment."""
    if not finding.environment:
        return finding.environment_source
    return f"{finding.environment} ({finding.environment_source})" if finding.environment_source else finding.environment


def wanted(finding: Finding) -> str:
    """What the standard wants, and where that is written."""
    return f"{finding.wanted} ({finding.standard})" if finding.wanted and finding.standard else finding.wanted


def excuse(suppression: Suppression) -> str:
    """Why a finding is suppressed, by whom and until when."""
    parts = [suppression.reason or "no reason given"]
    if suppression.owner:
        parts.append(f"owner {suppression.owner}")
    if suppression.until:
        parts.append(f"until {suppression.until}")
    if suppression.where:
        parts.append(str(suppression.where))
    return f"{suppression.kind}: {', '.join(parts)}"


def whole(finding: Finding) -> str:
    """A finding as one paragraph, for formats with a single text field."""
    parts = [finding.message.rstrip(".") + "."]
    if finding.found:
        parts.append(f"Found: {finding.found}.")
    if finding.wanted:
        parts.append(f"Wanted: {wanted(finding)}.")
    if finding.environment:
        parts.append(f"Environment: {environment(finding)}.")
    if finding.fix:
        parts.append(f"Fix: {'; '.join(line.strip() for line in clean_lines(finding.fix))}")
    return " ".join(parts)


class Fingerprints:
    """Names for findings that survive edits elsewhere in the file: rule, address and file, no line.

    The second finding with the same three gets ``:2``, so that no two in a report are alike.
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, *parts: str) -> str:
        """The fingerprint of the next finding with these parts."""
        from hashlib import sha256  # loads OpenSSL, which text and JSON do without

        joined = "\0".join(parts).encode("utf-8", "surrogatepass")
        name = sha256(joined).hexdigest()[:32]
        self._seen[name] = self._seen.get(name, 0) + 1
        return f"{name}:{self._seen[name]}"
