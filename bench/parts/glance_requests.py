"""The operations of Glance v1, each in the cases that cost differently."""

from bench.parts import facts
from bench.parts.least import ADDED, CHANGED, LISTED, NUMBER, OWNER, READ_FIRST, SAVING, SHOWN, SIGHT, SORTED
from bench.parts.trial import OCTETS, RAW, TENANT, Least, Trial, an_own_image
from chalicelib.catalog.image import Status
from tests.dialects.glance_v1.sending import PART, content, md5, named, pieces

DATA = b"bytes"
IMAGES, IMAGE = "/v1/images", "/v1/images/{id}"
TOKENS = "/v1/tokens"
MEMBERS, UPLOADS, UPLOAD = f"{IMAGE}/members", f"{IMAGE}/uploads", f"{IMAGE}/uploads/{{upload}}"


def lists(trial: Trial) -> None:
    """Reading many images."""
    trial.fill()
    for path in ("/v1", IMAGES):
        trial.ask(f"GET {path}", LISTED)
    detail = f"GET {IMAGES}/detail"
    marker = trial.ask(detail, LISTED).json["images"][-1]["id"]
    trial.ask(detail, Least(4, depth=2), case="after a marker", query=f"?marker={marker}")
    trial.ask(detail, LISTED, case="by name", query="?sort_key=name&sort_dir=asc")
    fetched = Least(3, SORTED, 1)
    trial.ask(detail, fetched, case="by status", query="?sort_key=status")
    doubling = Least(3, "pages double while a filter drops rows", 1)
    trial.ask(detail, LISTED, case="of one name", query="?name=image%200007")
    trial.ask(detail, doubling, case="none passes the filter", query="?property-role=none")
    shards = Least(8, depth=1)
    trial.ask(detail, shards, case="everything", query="?is_public=None", headers=trial.administrator())
    trial.ask("GET /v1/shared-images/{tenant}", Least(2), tenant=TENANT)
    trial.ask("GET /v1/usage", Least(1))


def tokens(trial: Trial) -> None:
    """A token that is created, listed, shown and revoked."""
    wanted = {"token": {"name": "laptop"}}
    token = trial.ask(f"POST {TOKENS}", Least(3, READ_FIRST, 2), body=wanted).json["token"]["id"]
    trial.ask(f"GET {TOKENS}", Least(2, READ_FIRST, 1))
    trial.ask(f"GET {TOKENS}/{{id}}", Least(1), case="its own", id="current")
    trial.ask(f"GET {TOKENS}/{{id}}", Least(2, READ_FIRST, 1), case="another one", id=token)
    trial.ask(f"DELETE {TOKENS}/{{id}}", Least(3, READ_FIRST, 2), id=token)


def images(trial: Trial) -> None:
    """An image from creation to deletion."""
    reserved = trial.ask(f"POST {IMAGES}", ADDED, case="reserved", headers=RAW).json["image"]["id"]
    known = facts.create(trial, ADDED)
    whole = Least(2, f"{NUMBER}; {SAVING}")
    full = trial.ask(f"POST {IMAGES}", whole, case="with bytes", headers=RAW | OCTETS, body=DATA)
    elsewhere = trial.api.put_elsewhere("disk", DATA)
    for case, header, least in (
        ("where its bytes are", "x-image-meta-location", Least(2, NUMBER)),
        ("copied from a bucket", "x-glance-api-copy-from", Least(3, NUMBER)),
    ):
        trial.ask(f"POST {IMAGES}", least, case=case, headers={**RAW, header: elsewhere})
    trial.ask(f"HEAD {IMAGE}", SHOWN, id=reserved)
    trial.ask(f"PUT {IMAGE}", CHANGED, case="facts", headers={"x-image-meta-name": "renamed"}, id=reserved)
    facts.rename(trial, known, CHANGED)
    trial.ask(f"PUT {IMAGE}", Least(3, SAVING), case="bytes", headers=OCTETS, body=DATA, id=reserved)
    trial.ask(f"GET {IMAGE}", Least(2), case="bytes", id=reserved)
    large = an_own_image(trial, size=2**30, location=f"s3://{trial.api.world.blobs.bucket}/large")
    trial.ask(f"GET {IMAGE}", SHOWN, case="a link", id=large)
    version = trial.api.world.sources.locate(elsewhere).version
    theirs = an_own_image(trial, size=2**30, location=elsewhere, location_version=version)
    trial.ask(f"GET {IMAGE}", Least(2), case="a link to what others keep", id=theirs)
    trial.ask(f"GET {IMAGE}/file", Least(2), case="bytes", id=reserved)
    _members(trial, reserved)
    trial.ask(f"DELETE {IMAGE}", Least(3), case="with bytes", id=full.json["image"]["id"])
    shelved = an_own_image(trial, status=Status.ACTIVE)
    for action in ("deactivate", "reactivate", "deprecate"):
        trial.ask(f"POST {IMAGE}/actions/{action}", CHANGED, id=shelved)
    trial.ask(f"POST {IMAGE}/actions/allow", CHANGED, headers=trial.administrator(), id=shelved)
    waiting = an_own_image(trial, status=Status.PENDING_DELETE)
    trial.ask(f"POST {IMAGE}/restore", CHANGED, id=waiting)
    last = Least(4, "its members are removed when it is gone", 3)
    trial.ask(f"DELETE {IMAGE}", last, case="with bytes and a member", id=reserved)


def _members(trial: Trial, image: str) -> None:
    trial.ask(f"PUT {MEMBERS}/{{tenant}}", CHANGED, id=image, tenant="t2")
    trial.ask(f"GET {MEMBERS}", Least(2, SIGHT, 1), id=image)
    trial.ask(f"DELETE {MEMBERS}/{{tenant}}", CHANGED, id=image, tenant="t2")
    wanted = {"memberships": [{"member_id": "t3", "can_share": False}]}
    trial.ask(f"PUT {MEMBERS}", Least(3, SIGHT, 2), body=wanted, id=image)
    trial.ask(f"GET {IMAGE}/events", Least(2), id=image)


def uploads(trial: Trial) -> None:
    """A direct upload of two parts, and one that is aborted."""
    data = content(PART + 1)
    image = trial.caller.post(IMAGES, RAW).json["image"]["id"]
    asked = {"size": len(data), "part_size": PART, "parts": named(pieces(data))}
    upload = trial.ask(f"POST {UPLOADS}", Least(3), body=asked, id=image).json["upload"]["id"]
    for number, part in enumerate(pieces(data), 1):
        trial.api.world.multiparts.put(trial.multipart(image, upload), number, part)
    trial.ask(f"GET {UPLOADS}", Least(4, SIGHT, 3), id=image)
    trial.ask(f"GET {UPLOAD}", Least(2, OWNER), id=image, upload=upload)
    trial.ask(f"POST {UPLOAD}/links", Least(1, OWNER), body={"parts": named(pieces(data))}, id=image, upload=upload)
    sent = {"parts": [{"number": number, "etag": md5(part)} for number, part in enumerate(pieces(data), 1)]}
    trial.ask(f"POST {UPLOAD}", Least(3, OWNER), body=sent, id=image, upload=upload)
    trial.ask("GET /v1/jobs", Least(1))
    trial.ask("GET /v1/jobs/{job}", Least(1), job=upload)
    image, upload = an_upload(trial, data)
    aborted = Least(3, f"{OWNER}; the job ends when its bytes are gone")
    trial.ask(f"DELETE {UPLOAD}", aborted, id=image, upload=upload)


def an_upload(trial: Trial, data: bytes) -> tuple[str, str]:
    """Begin an upload; return the ids of its image and itself."""
    image = trial.caller.post(IMAGES, RAW).json["image"]["id"]
    asked = {"size": len(data), "part_size": PART, "parts": named(pieces(data))}
    document = trial.send("POST", UPLOADS.format(id=image), asked)
    return image, document["upload"]["id"]
