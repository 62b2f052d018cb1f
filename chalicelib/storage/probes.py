"""Whether tables and bucket answer: asked for what is not there, with the rights that the API has anyway."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.storage import batch
from chalicelib.storage.blobs import store_error
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ClaimItem, ImageItem, MembershipItem, TokenItem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOTHING = "readyz"
"""A key that no item has."""


def ask_tables(connection: SharedConnection) -> None:
    """One BatchGetItem and one GetItem, five read units. Raises TablesUnavailable, TablesRefused."""
    alone, paired = [(NOTHING,)], [(NOTHING, NOTHING)]
    batch.get(connection, {ImageItem: alone, ClaimItem: alone, RowItem: paired, MembershipItem: paired})
    with suppress(TokenItem.DoesNotExist):
        TokenItem.get(NOTHING, consistent_read=True)


def ask_bucket(bucket: str, client: "Callable[[], S3Client]") -> None:
    """One HeadBucket. Raises StoreError."""
    try:
        client().head_bucket(Bucket=bucket)
    except (ClientError, BotoCoreError) as error:
        raise store_error(error) from error
