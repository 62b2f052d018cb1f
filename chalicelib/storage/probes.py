"""Probes of tables and bucket, by reads that the API's permissions allow anyway."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.catalog.outages import TablesUnavailable
from chalicelib.storage import batch
from chalicelib.storage.blobs import store_error
from chalicelib.storage.races import unavailable
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ClaimItem, ImageItem, MembershipItem, TokenItem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOTHING = "readyz"
"""The key to read; no item has it."""


def ask_tables(client: Any) -> None:
    """One BatchGetItem and one GetItem, five read units. Raises TablesUnavailable, TablesRefused."""
    tables = ((ImageItem, 1), (ClaimItem, 1), (RowItem, 2), (MembershipItem, 2))
    asked = batch.request([(model, (NOTHING,) * length) for model, length in tables])
    try:
        answer = client.batch_get_item(RequestItems=asked)
        token = {"digest": {"S": NOTHING}}
        client.get_item(TableName=TokenItem.Meta.table_name, Key=token, ConsistentRead=True)
    except (ClientError, BotoCoreError) as error:
        refusal = unavailable("GetItem", error, may_be_made_before=False)
        if refusal is None:
            raise
        raise refusal from error
    if answer["UnprocessedKeys"]:
        raise TablesUnavailable


def ask_bucket(client: "S3Client", bucket: str) -> None:
    """One HeadBucket. Raises StoreError."""
    try:
        client.head_bucket(Bucket=bucket)
    except (ClientError, BotoCoreError) as error:
        raise store_error(error) from error
