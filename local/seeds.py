"""Load a seed into a world: images through the catalogue, so that all its rules hold.

Objects of an earlier load are left alone, so that tables that outlive the server are seeded once.
"""

import contextlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import boto3
from pydantic import BaseModel

from chalicelib.bootstrap import World
from chalicelib.catalog.errors import CatalogError, TitleTaken
from chalicelib.catalog.image import Changes, Image, NewImage, Status
from chalicelib.catalog.principal import Policy, Principal
from chalicelib.catalog.reference import Kind, Reference
from chalicelib.catalog.service import Catalog
from chalicelib.storage.sources import split_s3
from local.blank_disks import NoBlankDisk, blank
from local.seed_file import InstanceSeed, PrincipalSeed, ReferenceSeed, Seed, SeedError

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

IDS = uuid.UUID("165f0eb4-4d48-4c08-9ea6-3b1c4aafcc62")
"""The namespace of image ids, which are derived from owner and key so that the next load finds them."""
ANY_AMI = "ami-12c6146b"
"""One of moto's built-in machine images: an instance needs one."""

Loaded = dict[str, dict[str, Any]]


def load(world: World, seed: Seed) -> Loaded:
    """Load a seed and return its objects in the form of `state.json`. Raises SeedError."""
    tenants = sorted({principal.tenant for principal in seed.principals.values() if principal.tenant})
    for kind, references in seed.references:
        for reference in references:
            for tenant in [reference.tenant] if reference.tenant else tenants:
                _add_reference(world, Kind(kind.removesuffix("s")), tenant, reference)
    return {
        "principals": {name: _issue(world, principal) for name, principal in seed.principals.items()},
        "instances": run(seed.instances),
        "images": {name: _add_image(world, name, image) for name, image in seed.images.items()},
    }


def _issue(world: World, seed: PrincipalSeed) -> dict[str, Any]:
    principal = Principal(seed.user, seed.tenant, seed.policies, inspecting=seed.inspection)
    secret = world.identities.issue(principal, seed.secret)
    return {**seed.model_dump(), "policies": sorted(seed.policies), "secret": secret}


def run(instances: Mapping[str, InstanceSeed]) -> dict[str, str]:
    """Start EC2 instances and stop those that should not run; returns their ids."""
    if not instances:
        return {}  # loading botocore's description of EC2 is slow
    ec2 = boto3.client("ec2")
    ids = {name: _start(ec2, name, seed) for name, seed in instances.items()}
    stopped = [ids[name] for name, seed in instances.items() if seed.state == "stopped"]
    if stopped:
        ec2.stop_instances(InstanceIds=stopped)
    return ids


def _start(ec2: "EC2Client", name: str, seed: InstanceSeed) -> str:
    """Start an EC2 instance that carries the facts as tags."""
    facts = seed.model_dump(exclude={"state"}, exclude_none=True)
    tags = {"Name": name, **{f"rosetta:{fact}": str(value) for fact, value in facts.items()}}
    reservation = ec2.run_instances(
        ImageId=ANY_AMI,
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}],
    )
    return reservation["Instances"][0]["InstanceId"]


def _add_reference(world: World, kind: Kind, tenant: str, seed: ReferenceSeed) -> None:
    now = world.clock.now()
    number = seed.number or 0
    with contextlib.suppress(TitleTaken):
        world.references.add(
            Reference(kind=kind, owner=tenant, number=number, facts=seed.facts, created_at=now, updated_at=now)
        )


def _add_image(world: World, name: str, seed: BaseModel) -> str:
    """Register an image unless it exists or was deleted; return its id."""
    fields = {"name": name, "owner": world.settings.limits.operator_tenant, **seed.model_dump(exclude_unset=True)}
    image_id: str = fields.pop("id", None) or str(uuid.uuid5(IDS, f"{fields['owner']}/{name}"))
    found = world.images.get(image_id)
    try:
        content = _content(fields)
        if found is None:
            _register(world, image_id, fields, content)
        else:
            _restore(world, found.image, content)
    except (CatalogError, NoBlankDisk) as error:
        raise SeedError(f"images.{name}: {error}") from error
    return image_id


def _content(fields: dict[str, Any]) -> bytes:
    """Remove `content` and `blank` from the fields, and return the data they describe. Raises NoBlankDisk."""
    content, size = fields.pop("content", "").encode(), fields.pop("blank", 0)
    return blank(fields.get("disk_format"), size) if size else content


def _register(world: World, image_id: str, fields: Mapping[str, Any], content: bytes) -> None:
    operator = Principal("seed", world.settings.limits.operator_tenant, frozenset({Policy.ADMIN}))
    catalog = world.catalog(operator)
    asked = {name: fields[name] for name in fields.keys() & Changes.__annotations__.keys() - {"status"}}
    aliases, tenant_aliases = fields.get("aliases", {}), fields.get("tenant_aliases", {})
    new = NewImage(cast(Changes, asked), image_id, aliases, tenant_aliases)  # pydantic has checked the types
    image = catalog.register(new)
    if content:
        image = _upload(catalog, image_id, content)
    # The rest, such as statuses and times, cannot be set by clients.
    complete = replace(image, **fields)
    if complete != image:
        world.images.save(image, complete)


def _upload(catalog: Catalog, image_id: str, content: bytes) -> Image:
    saving = catalog.update(image_id, lambda _: {"status": Status.SAVING})
    return catalog.content.upload(saving, content)


def _restore(world: World, image: Image, content: bytes) -> None:
    """Restore an image's data in the bucket, which does not outlive the server."""
    bucket = f"s3://{world.blobs.bucket}/"
    if content and image.location is not None and image.location.startswith(bucket):
        _, key = split_s3(image.location)
        world.blobs.client().put_object(Bucket=world.blobs.bucket, Key=key, Body=content)
