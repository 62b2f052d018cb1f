"""Parsers of one dialect's settings."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from chalicelib.catalog.errors import PolicyMissing
from chalicelib.catalog.principal import Policy, Principal

T = TypeVar("T")

BOOLEANS = {"true": True, "false": False}
Policies = Mapping[str, Policy]
"""The policy that is needed here for each policy of the original service, by its name there."""


class Settings:
    """The settings of one dialect, as text; `prefix` is that of its environment variables."""

    def __init__(self, prefix: str, settings: Mapping[str, str]) -> None:
        self._prefix = prefix
        self._settings = settings

    def read(self, name: str, default: str, convert: Callable[[str], T]) -> T:
        """The converted value of a setting. Raises ValueError, naming it, if it is invalid."""
        text = self._settings.get(name, default)
        try:
            return convert(text)
        except (ValueError, KeyError, AttributeError) as error:
            raise ValueError(f"{self._name(name)} cannot be {text!r}") from error

    def policies(self, usual: Policies) -> Policies:
        """The `usual` policies, changed by the setting `policies`: JSON, such as `{"add_image": "admin"}`."""
        chosen = self.read("policies", "{}", _policies)
        unknown = chosen.keys() - usual.keys()
        if unknown:
            raise ValueError(f"{self._name('policies')} has unknown policies: {', '.join(sorted(unknown))}")
        return {**usual, **chosen}

    def _name(self, name: str) -> str:
        return f"{self._prefix}{name.upper()}"


def _policies(text: str) -> Policies:
    return {name: Policy(right) for name, right in json.loads(text).items()}


def positive(text: str) -> int:
    """A whole number of one or more. Raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def enforce(principal: Principal, policies: Policies, *names: str) -> None:
    """Raise PolicyMissing unless the caller holds what each of these policies needs."""
    for name in names:
        if not principal.holds(policies[name]):
            raise PolicyMissing(policies[name])
