"""What making, listing and ending tokens takes and answers, which the original leaves to Keystone."""

from typing import Any

from chalicelib.dialects.glance_v1.openapi_answers import NOTHING, answer
from chalicelib.dialects.glance_v1.openapi_schemas import MEMBER_NAME, TOKEN_ID
from chalicelib.http.openapi import Body, Operation, Parameter, ref

TOKENS, TOKEN = "/v1/tokens", "/v1/tokens/{token_id}"
OF_TENANT = Parameter(
    "tenant", "query", MEMBER_NAME, "A tenant, for administrators, who see the tokens of all its users"
)
ID = Parameter(
    "token_id", "path", {"anyOf": [TOKEN_ID, {"const": "current"}]}, "An id; `current` is the token that is asked with"
)
A_TOKEN: dict[str, Any] = {
    "id": "5f1c2b3a9d8e",
    "name": "laptop",
    "user": "alice",
    "tenant": "t1",
    "policies": ["read_images"],
    "inspection": None,
    "created_at": "2016-05-10T21:35:15.000000",
    "expires_at": "2016-08-08T21:35:15.000000",
    "last_used_at": "2016-05-11",
    "issuer": "0a1b2c3d4e5f",
}
A_NEW_TOKEN = {**A_TOKEN, "last_used_at": None, "secret": "3b1f0c0d5a7e4c7bb9a0d6d4e2f1a8c9b7e6d5c4b3a29180"}

OPERATIONS = {
    ("GET", TOKENS): Operation(
        "List tokens, oldest first",
        {200: answer("The tokens that are good", "GlanceTokens", {"tokens": [A_TOKEN]})},
        (OF_TENANT,),
        description="Of the caller's own user and tenant. What was just made or ended may be missing for a moment,"
        " or still be there.",
        refuses=(400, 403, 503),
    ),
    ("POST", TOKENS): Operation(
        "Create a token",
        {
            201: answer(
                "The token, with its secret, which is never told again", "GlanceNewTokenAnswer", {"token": A_NEW_TOKEN}
            )
        },
        (),
        (Body(ref("GlanceNewToken"), example={"token": {"name": "laptop", "policies": ["read_images"]}}),),
        "For the caller's own user and tenant. It has no policy that the token that is asked with lacks, and ends with"
        " it at the latest: after 90 days unless it is said when. Inspection is as strict as with the token that is"
        " asked with, or stricter, unless that is an administrator's.",
        (400, 403, 409, 413, 503),
    ),
    ("GET", TOKEN): Operation(
        "Show a token",
        {200: answer("The token", "GlanceTokenAnswer", {"token": A_TOKEN, "inspection": "record"})},
        (ID, OF_TENANT),
        refuses=(400, 403, 404, 503),
    ),
    ("DELETE", TOKEN): Operation(
        "Revoke a token, and all that were made with it",
        {204: NOTHING},
        (ID, OF_TENANT),
        description="A server that knows it may trust it for another minute.",
        refuses=(400, 403, 404, 503),
    ),
}
