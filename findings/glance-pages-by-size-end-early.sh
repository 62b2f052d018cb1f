#!/bin/sh
# Glance 33.0.0, Image API v2: a list by size, smallest first, that is read in pages ends early where images have no
# size yet, as all that are queued have none: the page after a marker of unknown size is empty, though more images
# follow, and nothing says so. By name, or by either format, the same images all come. A client that wants every image
# pages in another order and sorts by itself.
#
# Seen on Python 3.11, of five queued images in pages of two:
#   by size: a b
#   by disk_format: a b c d e
#   by name: a b c d e
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check glance==33.0.0
cd "$folder"
mkdir images staging
cat > glance-api.conf <<END
[DEFAULT]
node_staging_uri = file://$folder/staging
log_file = $folder/glance.log
[database]
connection = sqlite:///$folder/glance.db
[glance_store]
stores = file
default_store = file
filesystem_store_datadir = $folder/images
[paste_deploy]
config_file = $folder/paste.ini
END
cat > paste.ini <<END
[composite:root]
paste.composite_factory = glance.api:root_app_factory
/v2: api
[pipeline:glance-api]
pipeline = context root
[app:api]
paste.app_factory = glance.api.v2.router:API.factory
[filter:context]
paste.filter_factory = glance.api.middleware.context:ContextMiddleware.factory
END
venv/bin/glance-manage --config-dir "$folder" db_sync > sync.log 2>&1
OS_GLANCE_CONFIG_DIR="$folder" venv/bin/python -W ignore - <<'PYTHON'
import json
import os
import sys

from webob import Request

sys.argv = ["glance-api"]

from glance.common import wsgi_app

app = wsgi_app.init_app()
CALLER = {"X-Identity-Status": "Confirmed", "X-User-Id": "user", "X-Project-Id": "project", "X-Roles": "member,reader"}


def ask(method, path, document=None):
    request = Request.blank(path, method=method, headers=CALLER)
    if document is not None:
        request.content_type, request.body = "application/json", json.dumps(document).encode()
    return json.loads(request.get_response(app).body)


def walked(key):
    names, path = [], f"/v2/images?limit=2&sort_key={key}&sort_dir=asc"
    while path:
        page = ask("GET", path)
        names += [image["name"] for image in page["images"]]
        path = page.get("next")
    return " ".join(names)


for name in "abcde":
    ask("POST", "/v2/images", {"name": name})
seen = {key: walked(key) for key in ("size", "disk_format", "name")}
for key, names in seen.items():
    print(f"by {key}: {names}")
sys.stdout.flush()
os._exit([*seen.values()] != ["a b", "a b c d e", "a b c d e"])
PYTHON
