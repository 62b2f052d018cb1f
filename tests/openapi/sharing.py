"""One registry for all cases of a module, which leave each other's images alone."""

from chalicelib.bootstrap import Aws
from chalicelib.settings import Settings
from tests.api import Api


def an_api(aws: Aws, **environ: str) -> Api:
    """An application over tables and a bucket that may have things of other tenants in them."""
    settings = Settings.from_environ({})
    aws.s3().create_bucket(Bucket=settings.bucket)
    aws.sqs().create_queue(QueueName=settings.work_queue)
    return Api(environ, aws)
