"""Options and arguments shared by several commands, and their types."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

KIB, MIB, GIB = 1024, 1024**2, 1024**3
MULTIPLES = {"": 1, "K": KIB, "M": MIB, "G": GIB}
LARGEST_MINIMUM = 2**31 - 1
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST_LABEL = 255
"""Maximum length of a user's or tenant's name."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PROFILE, DEBUG = "rosetta.profile", "rosetta.debug"
"""Keys of the values that `asking` stores in click's context."""

image_argument = click.argument("image", metavar="IMAGE")
"""An image: its id, a prefix of its id, or its name."""
json_option = click.option("--json", "as_json", is_flag=True, help="Output JSON.")
force_option = click.option("--force", is_flag=True, help="Send the file even if the deployment would refuse it.")
local_option = click.option("--local", is_flag=True, help="Use the server started by `make run` or `rosetta serve`.")


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--profile` and `--debug` to a command."""
    for option in reversed(_ASKING):
        command = option(command)
    return command


def results(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json` and `--quiet` to a command."""
    for option in reversed(_RESULTS):
        command = option(command)
    return command


def _alone(ctx: click.Context, parameter: click.Parameter, value: bool) -> bool:  # noqa: FBT001  # as click calls it
    """Refuse `--json` together with `--quiet`."""
    if value and any(ctx.params.get(name) for name in ("as_json", "quiet") if name != parameter.name):
        raise click.UsageError("--json and --quiet cannot be combined")
    return value


_RESULTS: tuple[Decorator, ...] = (
    click.option("--json", "as_json", is_flag=True, callback=_alone, help="Output JSON."),
    click.option("--quiet", "-q", is_flag=True, callback=_alone, help="Output ids only."),
)


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that stores an option's value in the context."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value:
            ctx.meta[key] = value

    return remember


_ASKING: tuple[Decorator, ...] = (
    click.option(
        "--profile",
        metavar="NAME",
        expose_value=False,
        callback=_remember(PROFILE),
        help="Profile to use; created by `rosetta login`.",
    ),
    click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_remember(DEBUG),
        help="Log requests and responses to stderr, without secrets.",
    ),
)


class ByteCount(click.ParamType[int]):
    """A number of bytes with an optional unit, e.g. 16M."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read `16777216`, `16M` or `16MiB`."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,12})([KMG]?)(?:iB)?", value)
        if found is None:
            self.fail(f"{value!r} is not a size; use a number with an optional K, M or G, e.g. 16M", param, ctx)
        return int(found[1]) * MULTIPLES[found[2]]


class Property(click.ParamType[tuple[str, str]]):
    """A property as K=V."""

    name = "K=V"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Read e.g. `os_distro=debian`; the name is spelled as the service does."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r} must have the form K=V", param, ctx)
        return spelled(name), text


def spelled(name: str) -> str:
    """The name of a property as the service stores it."""
    return name.lower().replace("-", "_")


class Lifetime(click.ParamType[timedelta]):
    """A duration with a unit, e.g. 90d."""

    name = "lifetime"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read `30m`, `12h`, `90d` or `4w`."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([1-9]\d{0,4})([mhdw])", value)
        if found is None:
            self.fail(f"{value!r} is not a lifetime; use a number and one of {', '.join(UNITS)}, e.g. 90d", param, ctx)
        return int(found[1]) * UNITS[found[2]]


class Label(click.ParamType[str]):
    """A user's or tenant's name."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check that there are 1 to 255 characters."""
        if not 0 < len(value) <= LONGEST_LABEL:
            self.fail(f"must have 1 to {LONGEST_LABEL} characters", param, ctx)
        return value


_DESCRIBING: tuple[Decorator, ...] = (
    click.option("--disk-format", help="Disk format, e.g. qcow2 or raw (default: detected from the file)."),
    click.option("--container-format", default="bare", show_default=True, help="Container format, e.g. bare or ovf."),
    click.option("--property", "properties", multiple=True, type=Property(), help="Property to set; repeatable."),
    click.option("--public", "is_public", is_flag=True, help="Make the image public."),
    click.option("--protected", is_flag=True, help="Protect the image from deletion."),
    click.option("--min-disk", type=click.IntRange(0, LARGEST_MINIMUM), default=0, help="Minimum disk, in GB."),
    click.option("--min-ram", type=click.IntRange(0, LARGEST_MINIMUM), default=0, help="Minimum memory, in MB."),
)


def describing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that describe a new image."""
    for option in reversed(_DESCRIBING):
        command = option(command)
    return command
