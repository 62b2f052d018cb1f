"""Print the minimum wall-clock milliseconds of a request in the checkout of any revision.

Arguments: a JSON file with the event and the table prefix, DynamoDB's URL, and the number of repetitions. Used by
`revision.milliseconds`; it imports only modules that old revisions have, too.
"""

import json
import os
import sys
import time
from pathlib import Path

from chalicelib.bootstrap import build_app
from local.environment import use_local_aws


def main() -> None:
    """Send the request once to cache the token, then measure."""
    file, url, times = sys.argv[1:]
    told = json.loads(Path(file).read_text("utf-8"))
    use_local_aws(os.environ, url)
    os.environ["TABLE_PREFIX"] = told["prefix"]
    app = build_app()
    taken = []
    for _ in range(int(times) + 1):
        start = time.perf_counter()
        answer = app(told["event"], None)
        taken.append(time.perf_counter() - start)
        assert answer["statusCode"] == 200, answer  # noqa: S101  # an error would take less time
    print(min(taken[1:]) * 1e3)


if __name__ == "__main__":
    main()
