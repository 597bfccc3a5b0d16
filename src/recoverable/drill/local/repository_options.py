"""How a pgBackRest repository is reached: from our settings, or from the configuration that made the backups."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recoverable.drill.backups.pgbackrest import Repository
from recoverable.drill.connection import Secret
from recoverable.model.errors import InputError

_SECRET_OPTION = re.compile(r"cipher-pass|s3-key$|s3-key-secret$|s3-token$|azure-key$|sftp-private-key-passphrase$")
_OPTION_OF_REPOSITORY = re.compile(r"repo(?P<number>\d+)-(?P<rest>.+)\Z")
_NOT_READ = re.compile(r"retention|hardlink|bundle|block|host")
"""Options that only a backup needs. ``host`` would have another machine do the work."""


def repository(settings: Mapping[str, Any], folder: Path) -> Repository:
    """The repository; relative paths are below ``folder``.

    Raises:
        InputError: a file or variable that is named is not there, or the configuration keeps its repository on another host.
    """
    stanza, program = settings["stanza"], settings["program"] or "pgbackrest"
    options = _from_config(folder / Path(settings["config"]).expanduser(), settings["repo"], stanza) if settings["config"] else {}
    options |= _from_settings(settings, folder)
    secrets = {name: Secret(value) for name, value in options.items() if _SECRET_OPTION.search(name)}
    secrets |= _secrets(settings, folder)
    if "repo1-cipher-pass" in secrets:
        options.setdefault("repo1-cipher-type", "aes-256-cbc")
    return Repository(stanza, {name: value for name, value in options.items() if name not in secrets}, secrets, program)


def _from_settings(settings: Mapping[str, Any], folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    if settings["path"]:
        path = settings["path"] if settings["type"] != "posix" else str(folder / Path(settings["path"]).expanduser())
        found |= {"repo1-path": path, "repo1-type": settings["type"]}
    if settings["type"] == "s3":
        for key in ("s3_bucket", "s3_endpoint", "s3_region", "s3_uri_style"):
            found |= {f"repo1-{key.replace('_', '-')}": settings[key]} if settings[key] else {}
        found["repo1-storage-port"] = str(settings["s3_port"])
        found["repo1-storage-verify-tls"] = "y" if settings["verify_tls"] else "n"
        if settings["ca_file"]:
            found["repo1-storage-ca-file"] = str(folder / Path(settings["ca_file"]).expanduser())
    return found


def _secrets(settings: Mapping[str, Any], folder: Path) -> dict[str, Secret]:
    found = {}
    for option, key in (("repo1-s3-key", "s3_key"), ("repo1-s3-key-secret", "s3_key_secret"), ("repo1-cipher-pass", "cipher_pass")):
        file, variable = settings[f"{key}_file"], settings[f"{key}_env"]
        if file:
            found[option] = Secret(_read(folder / Path(file).expanduser(), f"{key}_file"))
        elif variable:
            if not os.environ.get(variable):
                raise InputError(f"the variable {variable} is not set", f"{key}_env", "Set it for this command.")
            found[option] = Secret(os.environ[variable])
    for option, secret in found.items():
        if "\n" in secret.reveal() or "\r" in secret.reveal():
            raise InputError(f"the value for {option} has more than one line", "", "Put nothing but the value into the file.")
    return found


def _read(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}", key, "Mind the path and its permissions."
        ) from None


def _from_config(path: Path, number: int, stanza: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",), empty_lines_in_values=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep names as they are
    try:
        text = path.read_text(encoding="utf-8")
        parser.read_string(text)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "config", "Mind the path and its permissions.") from None
    except (configparser.Error, UnicodeDecodeError):
        raise InputError(f"{path} is no configuration of pgBackRest", "config", "It has sections such as [global].") from None
    found: dict[str, str] = {}
    for section in ("global", "global:restore", "global:archive-get", stanza):
        for name, value in parser.items(section) if parser.has_section(section) else ():
            match = _OPTION_OF_REPOSITORY.match(name)
            if match and int(match["number"]) == number:
                _refuse_host(match["rest"], path)
                if not _NOT_READ.search(match["rest"]) or _SECRET_OPTION.search(name):
                    found[f"repo1-{match['rest']}"] = value.strip()
    return found


def _refuse_host(option: str, path: Path) -> None:
    if option == "host":
        raise InputError(
            f"the repository in {path} is on another host", "config", "Run the drill on the repository's host, or name a repository in S3."
        )
