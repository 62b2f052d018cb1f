"""The Lambda handlers of the deployment."""

from chalicelib.bootstrap import build_app

app = build_app()
