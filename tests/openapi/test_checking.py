"""An answer that is not as described is noticed, whatever is wrong with it."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.dialects.scaleway.openapi import IMAGE
from tests.api import Answer
from tests.openapi.checking import answer_violations

LIST = ("GET", "/images")
HEADERS = {"content-type": "application/json", "x-total-count": "1", "link": '</images?page=1>; rel="last"'}


def an_answer(headers: Mapping[str, str], document: object) -> Answer:
    return Answer(200, dict(headers), list(headers), json.dumps(document).encode())


RIGHT = an_answer(HEADERS, {"images": [IMAGE]})
WRONG = {
    "an unknown status": replace(RIGHT, status=418),
    "another media type": an_answer({**HEADERS, "content-type": "text/html"}, {"images": []}),
    "a header that is missing": an_answer({name: HEADERS[name] for name in HEADERS if name != "link"}, {"images": []}),
    "a header of another type": an_answer({**HEADERS, "x-total-count": "many"}, {"images": []}),
    "a body of another type": an_answer(HEADERS, []),
    "a key too many": an_answer(HEADERS, {"images": [], "total": 0}),
    "a key too few": an_answer(HEADERS, {}),
    "a wrong value deep inside": an_answer(HEADERS, {"images": [{**IMAGE, "state": "cooking"}]}),
    "a wrong refusal": replace(RIGHT, status=401, body=b'{"message": "who?"}'),
}


def test_an_answer_as_described_is_right() -> None:
    assert answer_violations(LIST, RIGHT) == []


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_an_answer_that_is_not_as_described_is_wrong(answer: Answer) -> None:
    assert answer_violations(LIST, answer) != []


def test_the_answer_to_a_head_is_wrong_if_it_has_a_body() -> None:
    assert answer_violations(("HEAD", "/images"), RIGHT) == ["a body that is not documented"]
