"""The fixture of the Foreman cases."""

from dataclasses import replace

import pytest

from tests.api import ORDINARY, Api
from tests.dialects.foreman.foreman import World, add_parent, create
from tests.remember import remembered


@pytest.fixture
def world(api: Api) -> World:
    """The parents, without any image."""
    return remembered(api, _world, api)


def _world(api: Api) -> World:
    admin = api.basic_caller("t1", *ORDINARY, user="admin")
    return World(
        api=api,
        admin=admin,
        viewer=api.basic_caller("t1", "read_images", user="viewer"),
        nobody=api.basic_caller("t1", user="nobody"),
        anonymous=api.anonymous(),
        ca=add_parent(admin, "compute_resources", name="cv-cloud", provider="EC2", url="eu-west-1"),
        cb=add_parent(admin, "compute_resources", name="cv-libvirt", provider="Libvirt", url="qemu:///system"),
        oa=add_parent(admin, "operatingsystems", name="CvLinux", major="7", minor="9"),
        ob=add_parent(admin, "operatingsystems", name="CvBsd", major="13"),
        aa=add_parent(admin, "architectures", name="cv_x86_64"),
        ab=add_parent(admin, "architectures", name="cv_aarch64"),
    )


@pytest.fixture
def stocked(world: World) -> World:
    """Five images below CA, made in this order, and one below CB."""
    return remembered(world.api, _stocked, world)


def _stocked(world: World) -> World:
    rows = [
        ("alpha", "root", "cv-u1", world.ca, world.oa, world.aa, True),
        ("beta", "ec2-user", "cv-u2", world.ca, world.oa, world.ab, False),
        ("gamma one", "root", "cv-u3", world.ca, world.ob, world.aa, True),
        ("delta-1", "debian", "cv-u4", world.ca, world.ob, world.ab, False),
        ("alphabet", "admin", "cv-u5", world.ca, world.oa, world.aa, False),
        ("omega-x", "root", "cv-u6", world.cb, world.oa, world.aa, False),
    ]
    images = {
        name: create(
            world,
            compute_resource,
            name=name,
            username=username,
            uuid=uuid,
            operatingsystem_id=operatingsystem.id,
            architecture_id=architecture.id,
            user_data=user_data,
        )
        for name, username, uuid, compute_resource, operatingsystem, architecture, user_data in rows
    }
    return replace(world, images=images)


@pytest.fixture
def later(stocked: World) -> World:
    """The six images, a minute after they were made."""
    stocked.api.clock.advance(60)
    return stocked
