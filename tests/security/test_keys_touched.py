"""Lists are made of what is the caller's to see: no key of anybody else's is touched, let alone shown."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.catalog.image import Image, Status, Visibility
from chalicelib.catalog.job import Action, Job
from chalicelib.catalog.lookup import NOBODY
from chalicelib.catalog.membership import MemberStatus
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import TokenItem
from tests import tally
from tests.api import ORDINARY, Api, Caller
from tests.conformance.conftest import T1, T2
from tests.conftest import MakeApi
from tests.credentials import caller_of
from tests.factories import START, a_membership, an_image
from tests.security import lists
from tests.security.wire import Key, touched

DIALECTS = tuple(lists.QUERIES)
BELOW: dict[str, Any] = {"architecture": "arm64", "os_title": "Linux", "compute_resource": 1, "provider": "ec2"}


class Shelf:
    """Two tenants with all that lists are made of.

    Of the other one's images one is public, one is the community's, one shared, and one rejected; one was withdrawn.
    """

    def __init__(self, api: Api) -> None:
        self.api = api
        self.own = [self._image(T1, number) for number in (1, 2)]
        self.theirs = [self._image(T2, number) for number in (3, 4)]
        self.public = self._image(T2, 5, visibility=Visibility.PUBLIC)
        self.shared = self._image(T2, 6)
        api.world.memberships.change(self.shared, [a_membership(self.shared, T1)], [])
        self.community = self._image(T2, 7, visibility=Visibility.COMMUNITY)
        self.rejected, self.withdrawn = self._image(T2, 8), self._image(T2, 9, visibility=Visibility.PRIVATE)
        for image in (self.rejected, self.withdrawn):
            share = a_membership(image, T1, status=MemberStatus.REJECTED)
            api.world.memberships.change(image, [share], [])
        for tenant in (T1, T2):
            for kind in Kind:
                facts = {"name": BELOW.get(kind.value, "Linux"), "provider": "EC2"}
                api.world.references.add(
                    Reference(kind=kind, owner=tenant, facts=facts, created_at=START, updated_at=START)
                )
        self.job = self._job(T1, self.own[0])
        self.their_job = self._job(T2, self.theirs[0])

    @property
    def seen(self) -> tuple[Image, ...]:
        """Of the other tenant's images those that the first one may see."""
        return self.public, self.shared, self.community, self.rejected

    def _image(self, owner: str, number: int, visibility: Visibility = Visibility.SHARED) -> Image:
        name = f"{'ours' if owner == T1 else 'theirs'}-{number}"
        image = an_image(owner=owner, number=number, name=name, status=Status.ACTIVE, visibility=visibility, size=0)
        return self.api.world.images.add(replace(image, tenant_aliases={"devops": f"ami-{number}"}, **BELOW))

    def _job(self, owner: str, image: Image) -> Job:
        job = Job(id=f"job-of-{owner}", owner=owner, action=Action.DELETE, images=(image.id,), created_at=START)
        self.api.world.jobs.add(job)
        return job

    def caller(self, dialect: str, *policies: str) -> Caller:
        """A user of the first tenant, with the credentials of a dialect."""
        return caller_of(self.api, dialect, T1, *policies)

    def filled(self, target: str) -> str:
        """A target with everything it leaves open."""
        known = {"own": T1, "other": T2, "known": self.own[0].id, "job": self.job.id}
        for name, value in known.items():
            target = target.replace(f"{{{name}}}", quote(value))
        return target

    def foreign(self, keys: Iterable[Key]) -> Iterator[Key]:
        """Those that are none of the first tenant's business."""
        own = {
            "rows": {
                *(f"{gone}{name}" for gone in ("", "gone/") for name in ("public", f"tenant/{T1}")),
                *("community", f"shared/{T1}", f"rejected/{T1}"),
                *(f"{field}/{T1}/{key}" for field, key in self._narrower()),
            },
            "jobs": {f"tenant/{T1}"},
            "claims": {
                *(f"count/{name}/{T1}" for name in ("tenant", "shared")),
                *(f"count/public/{shard}" for shard in range(8)),
                *(f"count/{field}/{T1}/{key}" for field, key in self._narrower()),
            },
            "events": {image.id for image in self.own},
            "references": {f"{kind}/{T1}" for kind in Kind},
            # What others have withdrawn the tenant's own memberships name; that it is withdrawn says the image.
            "images": {NOBODY, *(image.id for image in (*self.own, *self.seen, self.withdrawn))},
            "tokens": {T1},
        }
        for key in keys:
            allowed = own.get(key.table, set())
            if key.table == "memberships":
                # Those of an image are asked for with the image, by its owner.
                allowed = {T1} if key.attribute == "member" else {image.id for image in self.own}
            # By its digest the caller's own is looked up, or nothing.
            if (key.table, key.attribute) != ("tokens", "digest") and key.value not in allowed:
                yield key

    def _narrower(self) -> Iterator[tuple[str, object]]:
        yield from ((kind.value, key) for kind, key in zip(Kind, (1, "Linux", "arm64"), strict=True))


@pytest.fixture
def shelf(api: Api) -> Shelf:
    return Shelf(api)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_list_touches_no_key_that_is_not_its_callers(shelf: Shelf, dialect: str) -> None:
    caller = shelf.caller(dialect)
    hidden = [*(image.id for image in (*shelf.theirs, shelf.withdrawn)), shelf.their_job.id]
    asked = [(method, shelf.filled(target)) for name, method, target in lists.requests() if name == dialect]
    answered = 0

    for method, target in asked:
        with touched() as keys:
            answer = caller.request(method, target)
        answered += answer.status == 200
        tally.count("lists whose keys were checked")
        assert list(shelf.foreign(keys)) == [], (method, target)
        assert answer.status < 500, (method, target, answer.text)
        assert [each for each in hidden if each in answer.text] == [], (method, target)

    assert answered >= len(asked) / 2


def test_everything_that_lists_is_asked() -> None:
    asked = {(dialect, route.path) for dialect, route in lists.routes()}

    assert {dialect for dialect, _ in asked} == set(DIALECTS)
    assert asked >= {
        ("glance_v1", "/v1/images/detail"),
        ("glance_v1", "/v1/shared-images/{member}"),
        ("glance_v1", "/v1/images/{image_id}/members"),
        ("glance_v1", "/v1/images/{image_id}/events"),
        ("glance_v1", "/v1/jobs"),
        ("glance_v1", "/v1/tokens"),
        ("glance_v1", "/v1/usage"),
        ("glance_v2", "/v2/images"),
        ("glance_v2", "/v2/images/{image_id}/members"),
        ("scaleway", "/images"),
        ("devops_service", "/v3/images/provider/{provider}"),
        ("foreman", "/api/architectures"),
        ("foreman", "/api/operatingsystems/{parent_id}/images"),
        ("qingcloud", "/v2/zone/{zone}/unfinished_jobs"),
    }


def test_only_an_administrator_reads_the_lists_of_all_images(shelf: Shelf) -> None:
    everything = {f"all/{shard}" for shard in range(8)}
    found = {}

    for policy in ("admin", "read_images"):
        with touched() as keys:
            answer = shelf.api.caller(T1, policy).get("/v1/images?is_public=None")
        assert answer.status == 200
        found[policy] = {key.value for key in keys if key.table == "rows"} & everything

    assert found == {"admin": everything, "read_images": set()}


def test_nobody_reads_public_images_only(make_api: MakeApi) -> None:
    shelf = Shelf(make_api(GLANCE_V1_ALLOW_ANONYMOUS_ACCESS="true"))

    with touched() as keys:
        answer = shelf.api.anonymous().get("/v1/images/detail")

    assert [image["id"] for image in answer.json["images"]] == [shelf.public.id]
    assert keys == [Key("rows", "s", "public")]


def test_of_what_is_shared_with_others_a_caller_learns_of_its_own_images_only(shelf: Shelf) -> None:
    """The only list by somebody else's name: what that tenant is given by the caller."""
    given = shelf.own[0]
    shelf.api.world.memberships.change(given, [a_membership(given, T2)], [])
    shelf.api.world.memberships.change(shelf.theirs[0], [a_membership(shelf.theirs[0], "t3")], [])
    caller = shelf.caller("glance_v1")

    found = {member: caller.get(f"/v1/shared-images/{member}").json["shared_images"] for member in (T2, "t3")}

    assert found == {T2: [{"image_id": given.id, "can_share": False}], "t3": []}


@pytest.mark.parametrize(
    "leak",
    [
        lambda: list(RowItem.query(f"tenant/{T2}")),
        lambda: list(RowItem.by_created.query("all/3")),
        lambda: list(RowItem.scan()),
        lambda: list(RowItem.batch_get([(f"architecture/{T2}/arm64", "x")])),
        lambda: list(TokenItem.by_tenant.query(T2)),
    ],
    ids=["another tenant's list", "all images", "a scan", "a batch", "another tenant's tokens"],
)
def test_a_key_of_somebody_elses_would_be_found(shelf: Shelf, leak: Callable[[], object]) -> None:
    with touched() as keys:
        leak()

    [key] = shelf.foreign(keys)
    assert key.table in {"rows", "tokens"}


@pytest.mark.parametrize(
    "target", ["/v3/images", "/v3/images/provider/ec2", "/v2/zone/ac1/images", "/api/architectures"]
)
def test_nothing_tells_that_others_have_images(api: Api, target: str) -> None:
    caller = api.basic_caller(T1, *ORDINARY)
    caller.get(target)
    seen = []

    for number in (1, 2):
        with touched() as keys:
            answer = caller.get(target)
        seen.append((sorted(keys), answer.status, answer.body))
        api.world.images.add(an_image(owner=T2, number=number, status=Status.ACTIVE, **BELOW))

    assert seen[0] == seen[1]
