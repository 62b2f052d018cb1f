#!/bin/sh
# openstacksdk 4.22.0: `image.deactivate_image` and `reactivate_image` return as if all were well when the service refuses
# them (403, as Glance says of an image that is queued): nobody looks at the answer. `openstack image set --deactivate`
# is built on it. Other operations of the same service, such as `add_tag` or `delete_image`, raise. Whoever has to know
# asks for the image afterwards and looks at its status.
#
# Seen on Python 3.11, of a server that refuses everything but to show the image:
#   deactivate_image: returns
#   reactivate_image: returns
#   add_tag: raises ForbiddenException
#   delete_image: raises ForbiddenException
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openstacksdk==4.22.0
cd "$folder"
HOME="$folder" "$folder/venv/bin/python" - <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import openstack
from openstack.exceptions import HttpException


class Refusing(BaseHTTPRequestHandler):
    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path.endswith("/images/one"):
            self.answer(200, {"id": "one", "status": "queued", "tags": []})
        else:
            link = {"rel": "self", "href": f"http://127.0.0.1:{self.server.server_port}/v2/"}
            self.answer(300, {"versions": [{"id": "v2.9", "status": "CURRENT", "links": [link]}]})

    def refuse(self):
        self.answer(403, {"error": {"code": 403, "title": "Forbidden", "message": "not in this status"}})

    do_POST = do_PUT = do_DELETE = refuse

    def log_message(self, *_):
        pass


def told(act, *arguments):
    try:
        act(*arguments)
    except HttpException as error:
        return f"raises {type(error).__name__}"
    return "returns"


server = HTTPServer(("127.0.0.1", 0), Refusing)
threading.Thread(target=server.serve_forever, daemon=True).start()
images = openstack.connect(auth_type="none", endpoint=f"http://127.0.0.1:{server.server_port}").image
seen = {
    "deactivate_image": told(images.deactivate_image, "one"),
    "reactivate_image": told(images.reactivate_image, "one"),
    "add_tag": told(images.add_tag, "one", "new"),
    "delete_image": told(images.delete_image, "one"),
}
for name, outcome in seen.items():
    print(f"{name}: {outcome}")
refused = "raises ForbiddenException"
sys.exit([*seen.values()] != ["returns", "returns", refused, refused])
PYTHON
