"""Options and arguments that several commands have, and the types of their values."""

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
"""Characters of a user's or tenant's name that a deployment keeps."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PROFILE, DEBUG = "rosetta.profile", "rosetta.debug"
"""Where the context has what `asking` reads."""

image_argument = click.argument("image", metavar="IMAGE")
"""An image, by its id, the beginning of one, or its name."""
json_option = click.option("--json", "as_json", is_flag=True, help="Output JSON.")
force_option = click.option("--force", is_flag=True, help="Send the file even if the deployment would refuse it.")
local_option = click.option("--local", is_flag=True, help="Use the server started by `make run` or `rosetta serve`.")


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which deployment it asks, and whether it shows how."""
    for option in reversed(_ASKING):
        command = option(command)
    return command


def results(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how it shows what has an id."""
    for option in reversed(_RESULTS):
        command = option(command)
    return command


def _alone(ctx: click.Context, parameter: click.Parameter, value: bool) -> bool:  # noqa: FBT001  # as click calls it
    """Refuse an option of `results` beside another one."""
    if value and any(ctx.params.get(name) for name in ("as_json", "quiet") if name != parameter.name):
        raise click.UsageError("--json and --quiet cannot be combined")
    return value


_RESULTS: tuple[Decorator, ...] = (
    click.option("--json", "as_json", is_flag=True, callback=_alone, help="Output JSON."),
    click.option("--quiet", "-q", is_flag=True, callback=_alone, help="Output ids only."),
)


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """What keeps an option's value for whoever opens the deployment."""

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
    """A number of bytes, or one with a unit, such as 16M."""

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
    """A property and its value, as K=V."""

    name = "K=V"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Read `os_distro=debian`; the name as the service will spell it."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r} must have the form K=V", param, ctx)
        return spelled(name), text


def spelled(name: str) -> str:
    """The name of a property as the service spells it."""
    return name.lower().replace("-", "_")


class Lifetime(click.ParamType[timedelta]):
    """How long: a number with a unit, such as 90d."""

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
    """What somebody is called, in no more characters than the catalogue can keep."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read 1 to 255 characters."""
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
    """Give a command the options that say what a new image is."""
    for option in reversed(_DESCRIBING):
        command = option(command)
    return command
