"""The system's keyring, if the library `keyring` is there and knows one."""

from importlib import import_module
from typing import Any

from rosetta.errors import MissingSetting

RECOMMENDED = 1
"""The priority from which on the library recommends what it has found; below are files, and what keeps nothing."""


def write(url: str, profile: str, token: str) -> bool:
    """Keep a token; returns whether there is a keyring that has done so."""
    keyring = _library()
    if keyring is None or not _is_real(keyring):
        return False
    try:
        keyring.set_password(_service(url), profile, token)
    except keyring.errors.KeyringError:
        return False
    return True


def read(url: str, profile: str) -> str:
    """A token that was kept. Raises MissingSetting."""
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
    """Keep a token no longer; returns whether it is gone."""
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
    """The library, or None."""
    try:
        import_module("keyring.errors")
        return import_module("keyring")
    except ImportError:
        return None


def _is_real(keyring: Any) -> bool:
    return bool(keyring.get_keyring().priority >= RECOMMENDED)
