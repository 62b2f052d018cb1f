"""The operations of Glance v2, each in the cases that cost differently."""

from typing import Any

from bench.parts.least import ADDED, CHANGED, LISTED, NOTHING, SAVING, SHOWN, SIGHT
from bench.parts.trial import OCTETS, OTHER, TENANT, Least, Trial, an_own_image
from chalicelib.catalog.image import Status
from tests.factories import a_membership, an_image

DATA = b"bytes"
MANY = "whether it has members is known when it is read"
IMAGES, IMAGE = "/v2/images", "/v2/images/{id}"
FILE, STAGE, IMPORT = f"{IMAGE}/file", f"{IMAGE}/stage", f"{IMAGE}/import"
MEMBERS, MEMBER, TAG = f"{IMAGE}/members", f"{IMAGE}/members/{{tenant}}", f"{IMAGE}/tags/{{tag}}"
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
FORMATS = {"disk_format": "raw", "container_format": "bare"}
FACTS = {
    **FORMATS,
    "name": "debian-12-genericcloud-amd64",
    "tags": ["debian", "weekly"],
    "architecture": "x86_64",
    "kernel_id": "8a2c5a6e-3b0e-4d52-9c5e-2f6f2c6b6a10",
    "ramdisk_id": "5d0c1f8e-94a7-4c0b-8f65-7b8e0f3e2d21",
    "description": "Debian 12 with cloud-init and the usual tools, made anew every week",
}


def lists(trial: Trial) -> None:
    """Reading many images."""
    trial.fill()
    trial.ask("ANY /", NOTHING)
    trial.ask("GET /versions", NOTHING)
    page = f"GET {IMAGES}"
    marker = trial.ask(page, LISTED).json["images"][-1]["id"]
    trial.ask(page, Least(4, depth=2), case="after a marker", query=f"?marker={marker}")
    trial.ask(page, LISTED, case="by name", query="?sort=name:asc")
    trial.ask(page, LISTED, case="by two keys", query="?sort=status,name:asc")
    trial.ask(page, LISTED, case="of one name", query="?name=image%200007")
    doubling = Least(3, "pages double while a filter drops rows", 1)
    trial.ask(page, doubling, case="none has the tag", query="?tag=none")
    trial.ask(page, Least(4, depth=1), case="those of the community too", query="?visibility=all")
    trial.ask(page, Least(4, depth=1), case="those it has rejected too", query="?member_status=all")
    administrator = trial.administrator()
    trial.ask(page, Least(8, depth=1), case="everything", headers=administrator)
    for path in ("info/import", "info/usage", "metadefs/namespaces", "metadefs/resource_types"):
        trial.ask(f"GET /v2/{path}", NOTHING)
    trial.ask("GET /v2/schemas/{name}", NOTHING, name="image")
    trial.ask("GET /v2/tasks", NOTHING, headers=administrator)


def images(trial: Trial) -> None:
    """An image from creation to deletion."""
    image = trial.ask(f"POST {IMAGES}", ADDED, body=FORMATS).json["id"]
    known = trial.ask(f"POST {IMAGES}", ADDED, case="with facts", body=FACTS).json["id"]
    trial.ask(f"GET {IMAGE}", SHOWN, id=image)
    _patch(trial, CHANGED, "its name", image, name="renamed")
    _patch(trial, CHANGED, "the name of one with facts", known, name="renamed")
    trial.ask(f"PATCH {IMAGE}", SHOWN, case="nothing", headers=PATCH, body=b"[]", id=image)
    trial.ask(f"PUT {FILE}", Least(3, SAVING), headers=OCTETS, body=DATA, id=image)
    trial.ask(f"GET {FILE}", Least(2), case="bytes", id=image)
    large = an_own_image(trial, size=2**30, location=f"s3://{trial.api.world.blobs.bucket}/large")
    trial.ask(f"GET {FILE}", SHOWN, case="a link", id=large)
    trial.ask(f"GET {FILE}", SHOWN, case="none yet", id=known)
    for action in ("deactivate", "reactivate"):
        trial.ask(f"POST {IMAGE}/actions/{action}", CHANGED, id=image)
    for method in ("PUT", "DELETE"):
        trial.ask(f"{method} {TAG}", CHANGED, id=image, tag="new")
    for method in ("GET", "POST"):
        trial.ask(f"{method} {IMAGE}/locations", NOTHING, id=image, refused=403)
    _members(trial, image)
    _imports(trial, known)
    trial.ask(f"DELETE {IMAGE}", CHANGED, case="without bytes", id=an_own_image(trial, status=Status.QUEUED))
    last = Least(4, "its members are removed when it is gone", 3)
    trial.ask(f"DELETE {IMAGE}", last, case="with bytes and a member", id=image)


def _patch(trial: Trial, least: Least, case: str, image: str, **changes: Any) -> None:
    body = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in changes.items()]
    trial.ask(f"PATCH {IMAGE}", least, case=case, headers=PATCH, body=body, id=image)


def _members(trial: Trial, image: str) -> None:
    trial.ask(f"POST {MEMBERS}", CHANGED, body={"member": "t2"}, id=image)
    trial.ask(f"GET {MEMBERS}", Least(2, SIGHT, 1), id=image)
    trial.ask(f"GET {MEMBER}", SHOWN, id=image, tenant="t2")
    for visibility in ("private", "shared"):
        _patch(
            trial,
            Least(3, MANY, 2),
            f"to {visibility}, with a member",
            image,
            visibility=visibility,
        )
    trial.ask(f"DELETE {MEMBER}", CHANGED, id=image, tenant="t2")
    trial.caller.post(MEMBERS.format(id=image), body=b'{"member": "t3"}')
    theirs = trial.api.world.images.add(an_image(owner=OTHER, number=trial.api.world.images.number()))
    trial.api.world.memberships.change(theirs, [a_membership(theirs, TENANT)], [])
    for status in ("accepted", "rejected"):
        trial.ask(f"PUT {MEMBER}", CHANGED, case=status, body={"status": status}, id=theirs.id, tenant=TENANT)


def _imports(trial: Trial, image: str) -> None:
    trial.ask(f"PUT {STAGE}", Least(3, SAVING), headers=OCTETS, body=DATA, id=image)
    direct = {"method": {"name": "glance-direct"}}
    trial.ask(f"POST {IMPORT}", Least(3), case="of what is staged", body=direct, id=image)
    place = trial.api.put_elsewhere("disk", DATA)
    fetched = {"method": {"name": "web-download", "uri": place}}
    queued = an_own_image(trial, status=Status.QUEUED, **FORMATS)
    trial.ask(f"POST {IMPORT}", Least(3), case="from a bucket", body=fetched, id=queued)
