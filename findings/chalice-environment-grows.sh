#!/bin/sh
# Chalice 1.34.0: each Chalice object appends " aws-chalice/1.34.0" to AWS_EXECUTION_ENV of its process, and nothing takes
# it away again. A process that makes many of them, such as a test suite that builds an application for each test, can
# start no child any more once the variable is longer than Linux lets one be (128 KiB, after some 6,900 objects):
# "Argument list too long", whatever the command. Given an environment of its own (`Chalice(..., env={})`) it leaves that
# of the process alone.
#
# Seen on Python 3.11 and Linux:
#   1 object: 29 characters; 7,000 objects: 133010 characters; child: [Errno 7] Argument list too long
#   with env={}: 0 characters; child: started
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check chalice==1.34.0
"$folder/venv/bin/python" - <<'PYTHON'
import os
import subprocess

from chalice import Chalice

NAME = "AWS_EXECUTION_ENV"
os.environ.pop(NAME, None)


def child() -> str:
    try:
        subprocess.run(["true"], check=True)
    except OSError as error:
        return str(error).partition(":")[0]
    return "started"


Chalice("one")
one = len(os.environ[NAME])
for _ in range(6_999):
    Chalice("one")
many, failed = len(os.environ[NAME]), child()
print(f"1 object: {one} characters; 7,000 objects: {many} characters; child: {failed}")

os.environ.pop(NAME)
for _ in range(7_000):
    Chalice("one", env={})
print(f"with env={{}}: {len(os.environ.get(NAME, ''))} characters; child: {child()}")

assert (one, many, failed) == (29, 133_010, "[Errno 7] Argument list too long"), (one, many, failed)
assert NAME not in os.environ
PYTHON
