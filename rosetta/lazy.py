"""Groups of commands that load the module of a command only when it is used: help and completion need none of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """A command of a group: where it is, as `module:name`, and what it does, in one line; nothing if it is hidden."""

    where: str
    help: str = ""


class LazyGroup(click.Group):
    """A group that knows its commands by their names."""

    def __init__(self, name: str | None = None, *, entries: Mapping[str, Entry], **settings: Any) -> None:
        super().__init__(name, **settings)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        """The names, in the order in which they are shown."""
        return list(self._shown())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, loaded now, or one that was added as it is; None if there is none."""
        return self.loaded(cmd_name) if cmd_name in self.entries else super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; of a word that is none, the error names what comes close."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches  # noqa: PLC0415  # only for those who have mistyped

            close = get_close_matches(args[0], self._shown(), 1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{close[0]}'?", ctx) from error

    def loaded(self, name: str) -> click.Command:
        """The command of a name that there is."""
        module, _, attribute = self.entries[name].where.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # as above
        """The section of the help that lists them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._shown().items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names and options that begin like this."""
        begun = [(name, entry) for name, entry in self._shown().items() if name.startswith(incomplete)]
        named = [CompletionItem(name, help=entry.help) for name, entry in begun]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def _shown(self) -> Mapping[str, Entry]:
        return {name: entry for name, entry in self.entries.items() if entry.help}
