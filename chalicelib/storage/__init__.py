"""Adapters: the only code that knows DynamoDB, S3 and other people's servers."""
