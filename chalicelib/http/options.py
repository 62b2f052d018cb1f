"""Readers of what an operator sets for one dialect, as text."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from chalicelib.catalog.errors import PolicyMissing
from chalicelib.catalog.principal import Policy, Principal

T = TypeVar("T")

BOOLEANS = {"true": True, "false": False}
Policies = Mapping[str, Policy]
"""The right that each policy of an original needs here, by the name that it has there."""


class Settings:
    """The settings of one dialect, whose names begin with `prefix` where the operator writes them."""

    def __init__(self, prefix: str, settings: Mapping[str, str]) -> None:
        self._prefix = prefix
        self._settings = settings

    def read(self, name: str, default: str, convert: Callable[[str], T]) -> T:
        """What a setting is read as. Raises ValueError naming it if it makes no sense."""
        text = self._settings.get(name, default)
        try:
            return convert(text)
        except (ValueError, KeyError, AttributeError) as error:
            raise ValueError(f"{self._name(name)} cannot be {text!r}") from error

    def policies(self, usual: Policies) -> Policies:
        """The policies, some of them chosen by the setting `policies`: JSON, such as `{"add_image": "admin"}`."""
        chosen = self.read("policies", "{}", _policies)
        unknown = chosen.keys() - usual.keys()
        if unknown:
            raise ValueError(f"{self._name('policies')} knows no {', '.join(sorted(unknown))}")
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
