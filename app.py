"""The Lambda handlers: the API, the worker, and the reaper, which runs every minute."""

import gc
from typing import Any

gc.disable()  # imports leave no garbage; not searching for any saves a tenth of a cold start

from chalice.app import CloudWatchEvent, SQSEvent  # noqa: E402

from chalicelib.bootstrap import build_app, build_world, log_to_stdout  # noqa: E402

log_to_stdout()
world = build_world()
app = build_app(world=world)
gc.freeze()
gc.enable()


@app.on_sqs_message(queue=world.settings.work_queue, batch_size=1)
def work(event: SQSEvent) -> dict[str, Any]:
    """Run one step of a job. A message that fails is retried, and then goes to the dead-letter queue."""
    failed = world.deliver(event.to_dict()["Records"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


@app.schedule("rate(1 minute)")
def sweep(_event: CloudWatchEvent) -> None:
    """Finish or clean up what requests have left behind."""
    world.reaper.sweep()
