"""Media types in `Content-Type` and `Accept` (RFC 9110 §8.3 and §12.5.1)."""

from chalicelib.http.message import Request


def content_type(request: Request) -> str | None:
    """The media type of the body in lower case, without parameters; None if there is none."""
    return _bare(request.header("content-type") or "") or None


def accepts(request: Request, media_type: str) -> bool:
    """Whether the client accepts a media type; without `Accept` it accepts all."""
    header = (request.header("accept") or "").strip() or "*/*"
    weights = {_bare(part): _weight(part) for part in header.split(",")}
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((weights[known] > 0 for known in ranges if known in weights), False)


def _bare(text: str) -> str:
    return text.partition(";")[0].strip().lower()


def _weight(part: str) -> float:
    """The `q` of a range, 1 if it is missing or malformed."""
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.strip().lower().partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 1
    return 1
