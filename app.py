"""The Lambda handlers of the deployment: the API, and what is done every minute."""

from chalice.app import CloudWatchEvent

from chalicelib.bootstrap import build_app, build_world

world = build_world()
app = build_app(world=world)


@app.schedule("rate(1 minute)")
def sweep(_event: CloudWatchEvent) -> None:
    """End what requests have left behind."""
    world.reaper.sweep()
