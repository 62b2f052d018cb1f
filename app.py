"""The Lambda handlers of the deployment: the API, the worker, and what is done every minute."""

from typing import Any

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.bootstrap import build_app, build_world

world = build_world()
app = build_app(world=world)


@app.on_sqs_message(queue=world.settings.work_queue, batch_size=1)
def work(event: SQSEvent) -> dict[str, Any]:
    """Take a step of a job; a message whose step failed comes again, and ends with the dead letters at last."""
    failed = world.deliver(event.to_dict()["Records"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


@app.schedule("rate(1 minute)")
def sweep(_event: CloudWatchEvent) -> None:
    """End what requests have left behind."""
    world.reaper.sweep()
