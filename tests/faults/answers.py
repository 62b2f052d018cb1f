"""What clients may be told when something fails, dialect by dialect, and what tells them that all is done already."""

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
"""Nothing was done: try again."""
UNSURE: Mapping[str, int] = {
    "glance_v1": 503,
    "glance_v2": 503,
    # Clients repeat a request by themselves when they see 502, 503 or 504 (Scaleway's wire §8).
    "scaleway": 500,
    "devops_service": 503,
    "foreman": 503,
    # As do clients of this one with all that begins with a 5 (QingCloud's wire §5).
    "qingcloud": 409,
    "keystone": 503,
}
"""Nobody knows whether it was done: look, then try again."""
CONFLICT = 409
"""Others were faster all the time."""
DONE: Mapping[str, frozenset[int]] = {
    # 400 is for bytes of an image that has some, or is to get them (Glance v1's wire §2.4).
    "glance_v1": frozenset({400, 404, 409}),
    "glance_v2": frozenset({404, 409}),
    "scaleway": frozenset({404}),
    "devops_service": frozenset({400, 404}),
    "foreman": frozenset({404, 422}),
    "qingcloud": frozenset({404, 409}),
    "keystone": frozenset(),
}
"""What a repetition may be told of something that was done the first time."""


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
    if "error" in answer.json:  # of a client that signs in
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
    """What is wrong with a refusal that asks to try again."""
    found = []
    if answer.status == 503 and not answer.headers.get("retry-after", "").isdecimal():
        found.append("it does not say when to try again")
    if method != "HEAD" and not SHAPES[dialect](answer):
        found.append(f"it is in no shape of this dialect: {answer.text[:200]}")
    return found
