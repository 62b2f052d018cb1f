"""Tokens in the system's keyring, if the library `keyring` is installed and finds one."""

from importlib import import_module
from typing import Any

from rosetta.errors import MissingSetting

RECOMMENDED = 1
"""The minimum priority of keyrings that the library recommends; below it are files and the null keyring."""


def write(url: str, profile: str, token: str) -> bool:
    """Store a token; return whether there is a keyring that took it."""
    keyring = _library()
    if keyring is None or not _is_real(keyring):
        return False
    try:
        keyring.set_password(_service(url), profile, token)
    except keyring.errors.KeyringError:
        return False
    return True


def read(url: str, profile: str) -> str:
    """Read a stored token. Raises MissingSetting."""
    keyring, reason = _library(), "the Python library keyring is not installed"
    if keyring is not None:
        try:
            token: str | None = keyring.get_password(_service(url), profile)
        except keyring.errors.KeyringError as error:
            reason = str(error) or "it is locked"
        else:
            if token is not None:
                return token
            reason = "it has no token for this profile"
    raise MissingSetting(
        f"can't read the token of profile {profile} from the keyring: {reason.removesuffix('.')}."
        f" `rosetta login --profile {profile} --no-keyring` stores it in the file"
    )


def forget(url: str, profile: str) -> bool:
    """Remove a token; return whether it is gone."""
    keyring = _library()
    if keyring is None:
        return False
    try:
        keyring.delete_password(_service(url), profile)
    except keyring.errors.KeyringError:
        return False
    return True


def _service(url: str) -> str:
    return f"rosetta {url}"


def _library() -> Any:
    """The library if it is installed and has a recommended keyring, otherwise None."""
    try:
        import_module("keyring.errors")
        return import_module("keyring")
    except ImportError:
        return None


def _is_real(keyring: Any) -> bool:
    return bool(keyring.get_keyring().priority >= RECOMMENDED)
