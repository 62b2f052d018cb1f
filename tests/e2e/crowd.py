"""`python -m tests.e2e.crowd IMAGES AWS_URL DYNAMODB_URL`: store that many images of t1 in the tables of a server."""

import os
import sys

from bench.parts import shelves
from chalicelib.bootstrap import build_world
from local.environment import use_local_aws


def main(images: int, aws_url: str, dynamodb_url: str) -> None:
    """Write the images directly into the tables."""
    use_local_aws(os.environ, aws_url, dynamodb_url)
    build_world()
    shelves.shelve(shelves.own(range(images)))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
