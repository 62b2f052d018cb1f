"""Adapters: the only code that knows DynamoDB, S3 and external servers."""

from chalicelib.storage import light_pynamodb as light_pynamodb
