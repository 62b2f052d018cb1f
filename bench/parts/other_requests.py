"""The operations of the other dialects, each in the cases that cost differently."""

from collections.abc import Mapping

from bench.parts.least import (
    ADDED,
    CHANGED,
    JOB_FIRST,
    LISTED,
    NAMED,
    NAMED_CHANGED,
    NOTHING,
    NUMBER,
    PARENTS,
    SHOWN,
    TOTAL,
)
from bench.parts.trial import TENANT, Least, Trial, a_machine, an_own_image

ZONE = "ac1"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
IMAGE = {"organization": TENANT, "name": "web", "arch": "arm", "root_volume": TENANT}
RECORD = {"id": "ami-1", "provider": "ec2", "remote_user": "root"}
KINDS = {
    "compute_resources": {"name": "cloud", "provider": "EC2"},
    "operatingsystems": {"name": "Linux"},
    "architectures": {"name": "arm64"},
}
BELOW = {"name": "web", "uuid": "ami-1", "username": "root", **{f"{kind[:-1]}_id": 1 for kind in KINDS}}


def scaleway(trial: Trial) -> None:
    """Scaleway's operations."""
    trial.fill()
    trial.ask("GET /images", LISTED, case="all on the page", query="?per_page=100")
    trial.ask("GET /images", Least(4, TOTAL, 1), case="more behind it", query="?per_page=25")
    trial.ask("HEAD /images", Least(1))
    image = trial.ask("POST /images", ADDED, body=IMAGE).json["image"]["id"]
    for method in ("GET", "HEAD"):
        trial.ask(f"{method} /images/{{id}}", SHOWN, id=image)
    for method in ("PUT", "PATCH"):
        trial.ask(f"{method} /images/{{id}}", CHANGED, body={"name": f"by {method}"}, id=image)
    trial.ask("DELETE /images/{id}", CHANGED, id=image)


def foreman(trial: Trial) -> None:
    """Foreman's operations; its images are below three kinds of parents."""
    trial.fill(compute_resource=1, os_title="Linux", architecture="arm64")
    for path in ("/api/status", "/apidoc/v2.json", "/apidoc/apipie_checksum"):
        trial.ask(f"GET {path}", NOTHING)
    for path in ("/api/ping", "/api/statuses"):
        trial.ask(f"GET {path}", Least(1))
    for kind, facts in KINDS.items():
        trial.ask(f"POST /api/{kind}", Least(2), body=facts)
    for kind in KINDS:
        trial.ask(f"GET /api/{kind}", Least(1))
        trial.ask(f"GET /api/{kind}/{{parent}}", Least(2), parent=1)
    for kind in KINDS:
        _foreman_images(trial, kind)
    for kind, facts in KINDS.items():
        _foreman_changes(trial, kind, facts)


def _foreman_changes(trial: Trial, kind: str, facts: Mapping[str, str]) -> None:
    """Changes of a parent that no image refers to."""
    path, spare = f"/api/{kind}/{{parent}}", trial.send("POST", f"/api/{kind}", {**facts, "name": "spare"})["id"]
    renamed = Least(2) if kind == "compute_resources" else Least(3)
    for method in ("PUT", "PATCH"):
        trial.ask(f"{method} {path}", renamed, case="renamed", body={"name": f"by {method}"}, parent=spare)
    trial.ask(f"DELETE {path}", Least(3), parent=spare)


def _foreman_images(trial: Trial, kind: str) -> None:
    images = f"/api/{kind}/{{parent}}/images"
    # Images of a compute resource are found by its number, of other parents by title, which is read first.
    depth = 1 if kind == "compute_resources" else 2
    trial.ask(f"GET {images}", Least(5, f"{PARENTS}; {TOTAL}", depth), parent=1)
    trial.ask(f"GET {images}", Least(4, PARENTS, depth), case="a search", parent=1, query="?search=name~0007")
    number = trial.ask(f"POST {images}", Least(4, f"{NUMBER}; {PARENTS}", 2), body=BELOW, parent=1).json["id"]
    image = f"{images}/{{number}}"
    trial.ask(f"GET {image}", Least(5, PARENTS, 2), parent=1, number=number)
    for method in ("PUT", "PATCH"):
        trial.ask(f"{method} {image}", Least(6, PARENTS, 3), body={"name": f"by {method}"}, parent=1, number=number)
    trial.ask(f"DELETE {image}", Least(6, PARENTS, 3), parent=1, number=number)


def qingcloud(trial: Trial) -> None:
    """QingCloud's operations, on a captured image."""
    trial.fill()
    trial.ask("POST /v2/oauth2/token", NOTHING, headers=FORM, body=b"grant_type=client_credentials")
    images = "/v2/zone/{zone}/images"
    trial.ask(f"GET {images}", Least(4, TOTAL, 1), zone=ZONE)
    trial.ask(f"GET {images}", LISTED, case="one passes the filter", query="?search_word=0007", zone=ZONE)
    machine = a_machine(trial)
    job = trial.ask(f"POST {images}", Least(3, NUMBER), body={"instance": machine}, zone=ZONE).json
    [image] = job["resource_ids"]
    trial.api.work()
    trial.ask(
        f"PUT {images}",
        Least(3, "its job is recorded when it is done"),
        body={"image": image, "description": "golden"},
        zone=ZONE,
    )
    trial.ask("GET /v2/zone/{zone}/job/{job}", SHOWN, job=job["job_id"], zone=ZONE)
    trial.ask("GET /v2/zone/{zone}/jobs", SHOWN, zone=ZONE)
    trial.ask("GET /v2/zone/{zone}/unfinished_jobs", SHOWN, zone=ZONE)
    several = ",".join(an_own_image(trial) for _ in range(5))
    trial.ask(f"DELETE {images}/{{ids}}", Least(4, JOB_FIRST), case="one", ids=image, zone=ZONE)
    trial.ask(f"DELETE {images}/{{ids}}", Least(4, JOB_FIRST), case="five", ids=several, zone=ZONE)
    trial.api.work()
    trial.ask("POST /v2/zone/{zone}/lease", Least(4, JOB_FIRST), body={"resources": [image]}, zone=ZONE)


def devops_service(trial: Trial) -> None:
    """devops-service's operations."""
    trial.fill()
    trial.ask("GET /v3/images", SHOWN)
    trial.ask("GET /v3/images/provider/{provider}", LISTED, provider="ec2")
    trial.ask("GET /v3/providers", NOTHING)
    trial.ask("GET /v3/templates", NOTHING)
    trial.ask("POST /v3/image", ADDED, body=RECORD)
    trial.ask("GET /v3/image/{id}", NAMED, id=RECORD["id"])
    trial.ask("PUT /v3/image/{id}", NAMED_CHANGED, body={"name": "renamed"}, id=RECORD["id"])
    trial.ask("DELETE /v3/image/{id}", NAMED_CHANGED, id=RECORD["id"])


def keystone(trial: Trial) -> None:
    """Keystone's operations, on a cached token."""
    secret = trial.caller.shown("X-Auth-Token")
    for path in ("/identity", "/identity/v3", "/identity/v2.0"):
        trial.ask(f"GET {path}", NOTHING)
    by_token = {"methods": ["token"], "token": {"id": secret}}
    trial.ask("POST /identity/v3/auth/tokens", NOTHING, body={"auth": {"identity": by_token}})
    trial.ask("GET /identity/v3/auth/tokens", NOTHING, headers={"X-Subject-Token": secret})
    for path in ("catalog", "projects"):
        trial.ask(f"GET /identity/v3/auth/{path}", NOTHING)
    trial.ask("GET /identity/v3/projects", NOTHING, refused=403)
    trial.ask("GET /identity/v3/projects/{id}", NOTHING, id=TENANT)
    trial.ask("POST /identity/v2.0/tokens", NOTHING, body={"auth": {"token": {"id": secret}}})


def health(trial: Trial) -> None:
    """The health checks."""
    trial.ask("GET /healthz", NOTHING)
    trial.ask("GET /readyz", Least(3, "a token is asked for by itself, as callers' are", 1))
