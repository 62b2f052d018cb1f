#!/bin/sh
# click 8.5.1: a command makes its help option the first time that it is called, by the names that its context has then,
# and keeps it. A group whose context settings say `help_option_names=["-h", "--help"]` hands them on to its commands,
# but not to one that was called by itself before, as tests do, or a program that serves one command under two names:
# that one takes "-h" for an option it does not know, in whatever group it is called later in the same process.
#
# Seen on Python 3.11:
#   below its group at once: exit 0
#   below its group, after it was called alone: exit 2, Error: No such option '-h'.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check click==8.5.1
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import click
from click.testing import CliRunner


def made() -> tuple[click.Group, click.Command]:
    @click.command()
    def sub() -> None:
        pass

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    def main() -> None:
        pass

    main.add_command(sub)
    return main, sub


main, _ = made()
at_once = CliRunner().invoke(main, ["sub", "-h"])
print(f"below its group at once: exit {at_once.exit_code}")

main, sub = made()
CliRunner().invoke(sub, ["--help"])
later = CliRunner().invoke(main, ["sub", "-h"])
print(f"below its group, after it was called alone: exit {later.exit_code}, {later.output.splitlines()[-1]}")

sys.exit((at_once.exit_code, later.exit_code) != (0, 2))
PYTHON
