"""The id of a request, in the header of OpenStack's services."""

from uuid import uuid4

from chalicelib.http.message import Request, Response

REQUEST_ID = "x-openstack-request-id"
LONGEST_REQUEST_ID = 64


def with_request_id(request: Request, response: Response) -> Response:
    """The response with the request's id: the client's own if it is short ASCII, else ours."""
    given = request.header(REQUEST_ID) or ""
    ours = request.request_id or str(uuid4())
    request_id = given if given.isascii() and 0 < len(given) <= LONGEST_REQUEST_ID else ours
    request_id = request_id if request_id.startswith("req-") else f"req-{request_id}"
    return response._replace(headers={**response.headers, REQUEST_ID: request_id})
