"""Run in the checkout of any revision, it prints the least milliseconds that a request takes there, by the clock.

Its words are a file with the event and the table prefix in JSON, where DynamoDB is, and how often to ask. For
`revision.milliseconds`; what it imports is what revisions have had for long.
"""

import json
import os
import sys
import time
from pathlib import Path

from chalicelib.bootstrap import build_app
from local.environment import use_local_aws


def main() -> None:
    """Ask once to have the token known, then measure."""
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
        assert answer["statusCode"] == 200, answer  # noqa: S101  # a refusal takes less
    print(min(taken[1:]) * 1e3)


if __name__ == "__main__":
    main()
