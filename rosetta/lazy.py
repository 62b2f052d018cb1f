"""Groups that import a command's module only when the command is used; help and completion import none."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """A command of a group: its location as `module:name`, and its line in the help; empty if it is hidden."""

    where: str
    help: str = ""


class LazyGroup(click.Group):
    """A group that imports its commands lazily."""

    def __init__(self, name: str | None = None, *, entries: Mapping[str, Entry], **settings: Any) -> None:
        super().__init__(name, **settings)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        """The names, in the order of the help."""
        return list(self._shown())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or one that was added directly; None if the name is unknown."""
        return self.loaded(cmd_name) if cmd_name in self.entries else super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command; the error for an unknown name suggests similar ones."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches  # noqa: PLC0415  # only needed after a typo

            close = get_close_matches(args[0], self._shown(), 1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{close[0]}'?", ctx) from error

    def loaded(self, name: str) -> click.Command:
        """Import and return a command of this group."""
        module, _, attribute = self.entries[name].where.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # as above
        """Write the help section with the commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._shown().items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names of commands and options."""
        begun = [(name, entry) for name, entry in self._shown().items() if name.startswith(incomplete)]
        named = [CompletionItem(name, help=entry.help) for name, entry in begun]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def _shown(self) -> Mapping[str, Entry]:
        return {name: entry for name, entry in self.entries.items() if entry.help}
