"""The responses that each dialect may give when an AWS call fails, and to a request that has already succeeded."""

from collections.abc import Callable, Mapping

from tests.api import Answer

BUSY: Mapping[str, int] = {
    "glance_v1": 503,
    "glance_v2": 503,
    "scaleway": 503,
    "devops_service": 503,
    "foreman": 503,
    "qingcloud": 503,
    "keystone": 503,
}
"""The status if nothing was done: the client may retry."""
UNSURE: Mapping[str, int] = {
    "glance_v1": 503,
    "glance_v2": 503,
    # Scaleway's clients retry automatically on 502, 503 and 504 (Scaleway's wire §8).
    "scaleway": 500,
    "devops_service": 503,
    "foreman": 503,
    # QingCloud's clients retry automatically on each 5xx (QingCloud's wire §5).
    "qingcloud": 409,
    "keystone": 503,
}
"""The status if it is unknown whether it was done: the client must check before it retries."""
CONFLICT = 409
"""The status if concurrent requests won every race."""
DONE: Mapping[str, frozenset[int]] = {
    # 400: the image has bytes already, or is about to get them (Glance v1's wire §2.4).
    "glance_v1": frozenset({400, 404, 409}),
    "glance_v2": frozenset({404, 409}),
    "scaleway": frozenset({404}),
    "devops_service": frozenset({400, 404}),
    "foreman": frozenset({404, 422}),
    "qingcloud": frozenset({404, 409}),
    "keystone": frozenset(),
}
"""The statuses that a repeated request may get if the first one has succeeded after all."""


def _glance(answer: Answer) -> bool:
    head, _, message = answer.text.partition("\n\n")
    return head.startswith(f"{answer.status} ") and bool(message.strip())


def _scaleway(answer: Answer) -> bool:
    kind = {500: "api_error", 503: "api_error", 409: "conflict"}[answer.status]
    return bool(answer.json["type"] == kind and answer.json["message"])


def _devops(answer: Answer) -> bool:
    return answer.json.keys() == {"message"} and bool(answer.json["message"])


def _foreman(answer: Answer) -> bool:
    return answer.json.keys() == {"error"} and bool(answer.json["error"]["message"])


def _qingcloud(answer: Answer) -> bool:
    if "error" in answer.json:  # in OAuth's form, when a client signs in
        return bool(answer.json["error"] == "temporarily_unavailable" and answer.json["error_description"])
    code = {503: 5100, 409: 1400}[answer.status]
    return bool(answer.json["ret_code"] == code and answer.json["code"] == str(code) and answer.json["message"])


def _openstack(answer: Answer) -> bool:
    error = answer.json["error"]
    return error.keys() == {"code", "title", "message"} and error["code"] == answer.status and bool(error["message"])


SHAPES: Mapping[str, Callable[[Answer], bool]] = {
    "glance_v1": _glance,
    "glance_v2": _openstack,
    "scaleway": _scaleway,
    "devops_service": _devops,
    "foreman": _foreman,
    "qingcloud": _qingcloud,
    "keystone": _openstack,
}


def wrong(dialect: str, method: str, answer: Answer) -> list[str]:
    """What is wrong with an error that asks the client to retry."""
    found = []
    if answer.status == 503 and not answer.headers.get("retry-after", "").isdecimal():
        found.append("it has no Retry-After in seconds")
    if method != "HEAD" and not SHAPES[dialect](answer):
        found.append(f"it does not have the shape of this dialect's errors: {answer.text[:200]}")
    return found
