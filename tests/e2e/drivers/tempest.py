"""Run by the Python of Tempest, with the names of test modules: prints a JSON document with the result of each test."""

import json
import sys
import traceback
import unittest
from collections.abc import Sequence
from typing import Any


class Outcomes(unittest.TestResult):
    """The tests that passed; those that were skipped, and those that failed, with the reason."""

    def __init__(self) -> None:
        super().__init__()
        self.document: dict[str, Any] = {"passed": [], "skipped": {}, "failed": {}}

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        self.document["passed"].append(test.id())

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802  # as above
        self.document["skipped"][test.id()] = reason

    def addFailure(self, test: unittest.TestCase, err: Any, *_: object) -> None:  # noqa: N802  # as above
        self.document["failed"][test.id()] = "".join(traceback.format_exception(*err))

    addError = addFailure  # noqa: N815  # as above


def run(modules: Sequence[str]) -> dict[str, Any]:
    outcomes = Outcomes()
    unittest.defaultTestLoader.loadTestsFromNames(modules).run(outcomes)
    return outcomes.document


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1:])))  # noqa: T201  # that is what it is for
