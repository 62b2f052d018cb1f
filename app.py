"""The Lambda handlers of the deployment: the API, the worker, and what is done every minute."""

import gc
from typing import Any

gc.disable()  # nothing that is imported is garbage: not to look for any saves a tenth of a cold start

from chalice.app import CloudWatchEvent, SQSEvent  # noqa: E402

from chalicelib.bootstrap import build_app, build_world, log_to_stdout  # noqa: E402

log_to_stdout()
world = build_world()
app = build_app(world=world)
gc.freeze()
gc.enable()


@app.on_sqs_message(queue=world.settings.work_queue, batch_size=1)
def work(event: SQSEvent) -> dict[str, Any]:
    """Take a step of a job; a message whose step failed comes again, and ends with the dead letters at last."""
    failed = world.deliver(event.to_dict()["Records"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


@app.schedule("rate(1 minute)")
def sweep(_event: CloudWatchEvent) -> None:
    """End what requests have left behind."""
    world.reaper.sweep()
