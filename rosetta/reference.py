"""`reference`: generate the reference in docs/command-line.md."""

from collections.abc import Iterator
from pathlib import Path

import click

from rosetta.lazy import LazyGroup

BEGINNING = "<!-- From here on the page is written by `make docs`. -->\n"


@click.command(hidden=True)
@click.argument("page", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def reference(ctx: click.Context, page: Path) -> None:
    """Write the reference of all commands into a page, after its marker line."""
    introduction, _, _ = page.read_text("utf-8").partition(BEGINNING)
    page.write_text(f"{introduction}{BEGINNING}{written(ctx.find_root().command)}", "utf-8")


def written(root: click.Command) -> str:
    """The reference as Markdown."""
    sections = [_section(ctx) for ctx in _commands(click.Context(root, info_name="rosetta", **root.context_settings))]
    return "\n## Reference\n\nEvery command knows `--help`, or `-h`.\n\n" + "\n".join(sections)


def _commands(ctx: click.Context) -> Iterator[click.Context]:
    """The commands that are not groups, in the order of the help."""
    if not isinstance(ctx.command, LazyGroup):
        yield ctx
        return
    for name in ctx.command.list_commands(ctx):
        yield from _commands(click.Context(ctx.command.loaded(name), ctx, info_name=name))


def _section(ctx: click.Context) -> str:
    usage = " ".join([ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])
    lines = [f"### {ctx.command_path}", "", "```", usage, "```", "", *_paragraphs(ctx.command.help or "")]
    options = [option for option in ctx.command.params if isinstance(option, click.Option)]
    if options:
        lines += ["| Option | Meaning |", "| --- | --- |", *(_row(option, ctx) for option in options), ""]
    return "\n".join(lines)


def _row(option: click.Option, ctx: click.Context) -> str:
    names, meaning = option.get_help_record(ctx) or ("", "")
    names, meaning = (text.replace("|", r"\|") for text in (names, " ".join(meaning.split())))
    return f"| `{names}` | {meaning} |"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield " ".join(paragraph.split())
        yield ""
