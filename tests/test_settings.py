"""What the environment says, and what is made of nonsense."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bootstrap import Aws, build_app
from chalicelib.catalog.image import Inspecting
from chalicelib.catalog.principal import Policy
from chalicelib.settings import BadSetting, KeystoneSettings, Settings


def setting(settings: Settings, path: str) -> Any:
    """A field of the settings, or of their limits."""
    found: Any = settings
    for name in path.split("."):
        found = getattr(found, name)
    return found


DEFAULTS = {
    "table_prefix": "rosetta-",
    "bucket": "rosetta-images",
    "max_scan": 50_000,
    "workers_per_tenant": 3,
    "limits.periods.pending_delete": timedelta(hours=2),
    "limits.periods.upload": timedelta(days=1),
    "limits.periods.capture": timedelta(days=1),
    "limits.periods.tombstone": timedelta(days=90),
    "public_endpoint": None,
    "limits.operator_tenant": "system",
    "limits.inspecting": Inspecting.ENFORCE,
    "work_queue": "rosetta-work",
    "zones": {"ac1": None, "ac2": None, "ac3": None},
    "limits.disk_formats": ("ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"),
    "limits.container_formats": ("ami", "ari", "aki", "bare", "ovf", "ova", "docker"),
    "limits.image_size_cap": 1_099_511_627_776,
    "limits.property_quota": 128,
    "limits.member_quota": 128,
    "limits.storage_quota": 0,
    "limits.inline_bytes": 4_194_304,
    "limits.delayed_delete": False,
    "keystone": None,
}
NAMES = [
    "TABLE_PREFIX",
    "IMAGE_BUCKET",
    "MAX_SCAN",
    "WORKERS_PER_TENANT",
    "PENDING_DELETE_HOURS",
    "UPLOAD_HOURS",
    "CAPTURE_HOURS",
    "TOMBSTONE_DAYS",
    "PUBLIC_ENDPOINT",
    "OPERATOR_TENANT",
    "INSPECTION",
    "SIGNATURE_ROOTS",
    "WORK_QUEUE",
    "ZONES",
    "DISK_FORMATS",
    "CONTAINER_FORMATS",
    "IMAGE_SIZE_CAP",
    "IMAGE_PROPERTY_QUOTA",
    "IMAGE_MEMBER_QUOTA",
    "USER_STORAGE_QUOTA",
    "MAX_INLINE_BYTES",
    "DELAYED_DELETE",
    "KEYSTONE_URL",
    "KEYSTONE_APPLICATION_CREDENTIAL_ID",
    "KEYSTONE_APPLICATION_CREDENTIAL_SECRET",
    "KEYSTONE_USER",
    "KEYSTONE_PASSWORD",
    "KEYSTONE_PROJECT",
    "KEYSTONE_USER_DOMAIN",
    "KEYSTONE_PROJECT_DOMAIN",
    "KEYSTONE_ROLES",
    "KEYSTONE_CA_FILE",
    "KEYSTONE_CACHE_SECONDS",
]


@pytest.mark.parametrize("blank", [None, "", "  "], ids=["absent", "empty", "blank"])
@pytest.mark.parametrize(("path", "default"), DEFAULTS.items())
def test_what_is_not_set_has_its_default(path: str, default: object, blank: str | None) -> None:
    environ = {} if blank is None else dict.fromkeys(NAMES, blank)

    assert setting(Settings.from_environ(environ), path) == default


@pytest.mark.parametrize(
    ("name", "text", "path", "value"),
    [
        ("TABLE_PREFIX", "prod-", "table_prefix", "prod-"),
        ("IMAGE_BUCKET", " images ", "bucket", "images"),
        ("MAX_SCAN", "7", "max_scan", 7),
        ("WORKERS_PER_TENANT", "7", "workers_per_tenant", 7),
        ("PENDING_DELETE_HOURS", "0", "limits.periods.pending_delete", timedelta()),
        ("CAPTURE_HOURS", "48", "limits.periods.capture", timedelta(hours=48)),
        ("UPLOAD_HOURS", "3", "limits.periods.upload", timedelta(hours=3)),
        ("TOMBSTONE_DAYS", "30", "limits.periods.tombstone", timedelta(days=30)),
        ("PUBLIC_ENDPOINT", "https://images.example/", "public_endpoint", "https://images.example"),
        ("OPERATOR_TENANT", "ops", "limits.operator_tenant", "ops"),
        ("WORK_QUEUE", "work", "work_queue", "work"),
        ("ZONES", "a, b = eu-west-1", "zones", {"a": None, "b": "eu-west-1"}),
        ("ZONES", "a=us-gov-west-1", "zones", {"a": "us-gov-west-1"}),
        ("PUBLIC_ENDPOINT", "http://[::1]:8000/prod", "public_endpoint", "http://[::1]:8000/prod"),
        ("DISK_FORMATS", "raw, qcow2,,", "limits.disk_formats", ("raw", "qcow2")),
        ("CONTAINER_FORMATS", "bare", "limits.container_formats", ("bare",)),
        ("IMAGE_SIZE_CAP", "10", "limits.image_size_cap", 10),
        ("IMAGE_PROPERTY_QUOTA", "-1", "limits.property_quota", -1),
        ("IMAGE_MEMBER_QUOTA", "0", "limits.member_quota", 0),
        ("USER_STORAGE_QUOTA", "500", "limits.storage_quota", 500),
        ("MAX_INLINE_BYTES", "67108864", "limits.inline_bytes", 67_108_864),
        ("DELAYED_DELETE", "True", "limits.delayed_delete", True),
        ("DELAYED_DELETE", "false", "limits.delayed_delete", False),
        ("INSPECTION", "Record", "limits.inspecting", Inspecting.RECORD),
        ("INSPECTION", "off", "limits.inspecting", Inspecting.OFF),
        ("SIGNATURE_ROOTS", __file__, "limits.signature_roots", __file__),
    ],
)
def test_a_variable_sets_its_field(name: str, text: str, path: str, value: object) -> None:
    assert setting(Settings.from_environ({name: text}), path) == value


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1B", 1), ("2KB", 2048), ("3 mb", 3 * 2**20), ("4Gb", 4 * 2**30), ("5TB", 5 * 2**40)],
)
def test_a_storage_quota_may_have_a_unit(text: str, size: int) -> None:
    assert Settings.from_environ({"USER_STORAGE_QUOTA": text}).limits.storage_quota == size


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MAX_SCAN", "many"),
        ("MAX_SCAN", "1.5"),
        ("IMAGE_SIZE_CAP", "1TB"),
        ("DELAYED_DELETE", "perhaps"),
        ("DELAYED_DELETE", "1"),
        ("USER_STORAGE_QUOTA", "-1"),
        ("USER_STORAGE_QUOTA", "1PB"),
        ("USER_STORAGE_QUOTA", "1.5GB"),
        ("CAPTURE_HOURS", "0"),
        ("UPLOAD_HOURS", "-1"),
        ("UPLOAD_HOURS", "0"),
        ("UPLOAD_HOURS", "169"),
        ("PENDING_DELETE_HOURS", "-1"),
        ("TOMBSTONE_DAYS", "0"),
        ("TOMBSTONE_DAYS", "99999999999"),
        ("SLICE_BYTES", "0"),
        ("MAX_INLINE_BYTES", "-5"),
        ("MAX_SCAN", "0"),
        ("WORKERS_PER_TENANT", "0"),
        ("IMAGE_SIZE_CAP", "0"),
        ("IMAGE_PROPERTY_QUOTA", "-2"),
        ("IMAGE_MEMBER_QUOTA", "1_000"),
        ("ZONES", ","),
        ("ZONES", "ac1,=eu-west-1"),
        ("ZONES", "ac1=Europe"),
        ("DISK_FORMATS", ","),
        ("CONTAINER_FORMATS", " , "),
        ("TABLE_PREFIX", "a b/"),
        ("IMAGE_BUCKET", "Images"),
        ("IMAGE_BUCKET", "s3://images"),
        ("WORK_QUEUE", "https://sqs.example/work"),
        ("INSPECTION", "sometimes"),
        ("SIGNATURE_ROOTS", "/nowhere/roots.pem"),
        ("PUBLIC_ENDPOINT", "images.example"),
        ("PUBLIC_ENDPOINT", "https://images.example/?a=b"),
        ("KEYSTONE_ROLES", "reader"),
        ("KEYSTONE_ROLES", "reader="),
        ("KEYSTONE_ROLES", "reader=look"),
        ("KEYSTONE_ROLES", "reader=read_images+"),
        ("KEYSTONE_ROLES", ","),
        ("KEYSTONE_CACHE_SECONDS", "0"),
        ("KEYSTONE_CACHE_SECONDS", "61"),
        ("KEYSTONE_CA_FILE", "/nowhere/keystone.pem"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_environ({name: text})


def test_the_options_of_a_dialect_are_the_variables_that_begin_with_its_name() -> None:
    environ = {
        "ECHO_COLOUR": "red",
        "ECHO_V2_X": "1",
        "ECHO_BLANK": " ",
        "OTHER_COLOUR": "blue",
        "echo_low": "x",
        "ECHO": "x",
    }

    assert Settings.from_environ(environ).options("echo") == {"colour": "red", "v2_x": "1"}


def test_the_settings_of_a_keystone_are_no_options_of_a_dialect_of_that_name() -> None:
    asked = [name for name in NAMES if name.startswith("KEYSTONE_")]
    settings = Settings.from_environ({})._replace(variables={**dict.fromkeys(asked, "x"), "KEYSTONE_REGION": "Here"})

    assert len(asked) > 10
    assert settings.options("keystone") == {"region": "Here"}


def test_settings_show_no_variables_which_may_be_secrets() -> None:
    assert "hunter2" not in repr(Settings.from_environ({"AWS_SECRET_ACCESS_KEY": "hunter2"}))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GLANCE_V1_STATUSES", "newest"),
        ("GLANCE_V1_TYPO", "x"),
        ("DEVOPS_SERVICE_PROVIDER", "ec2"),
        ("GLANCE_V1_LIMIT_PARAM_DEFAULT", "-3"),
        ("GLANCE_V1_API_LIMIT_MAX", "0"),
        ("GLANCE_V1_LIMIT_PARAM_DEFAULT", "many"),
        ("GLANCE_V1_OWNER_IS_TENANT", "perhaps"),
        ("GLANCE_V1_POLICIES", "{"),
        ("GLANCE_V1_POLICIES", "[]"),
        ("GLANCE_V1_POLICIES", '"x"'),
        ("GLANCE_V1_POLICIES", '{"get_images": "nobody"}'),
        ("GLANCE_V1_POLICIES", '{"get_images": ["admin"]}'),
        ("GLANCE_V1_POLICIES", '{"fly": "admin"}'),
        ("DEVOPS_SERVICE_PROVIDERS", ", ,"),
    ],
)
def test_an_application_with_nonsense_for_a_dialect_is_not_built(aws: Aws, name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=name):
        build_app({name: text})


KEYSTONE = {
    "KEYSTONE_URL": "https://keystone.example:5000/v3",
    "KEYSTONE_USER": "rosetta",
    "KEYSTONE_PASSWORD": "hunter2",
    "KEYSTONE_PROJECT": "service",
}
CREDENTIAL = {
    "KEYSTONE_URL": "https://keystone.example/identity",
    "KEYSTONE_APPLICATION_CREDENTIAL_ID": "c1",
    "KEYSTONE_APPLICATION_CREDENTIAL_SECRET": "hunter2",
}


def keystone_of(environ: dict[str, str]) -> KeystoneSettings:
    found = Settings.from_environ(environ).keystone
    assert found is not None
    return found


def test_a_keystone_is_asked_as_a_user_of_a_project_or_by_an_application_credential() -> None:
    user, credential = keystone_of(KEYSTONE), keystone_of(CREDENTIAL)

    assert (user.url, user.name, user.secret, user.project) == (
        KEYSTONE["KEYSTONE_URL"],
        "rosetta",
        "hunter2",
        "service",
    )
    assert (user.user_domain, user.project_domain, user.ca_file) == ("Default", "Default", None)
    assert (credential.name, credential.secret, credential.project) == ("c1", "hunter2", None)
    assert user.trusted_for == timedelta(seconds=60)


def test_roles_grant_what_openstack_means_by_them_unless_others_are_set() -> None:
    member = {Policy.READ_IMAGES, Policy.CREATE_IMAGE, Policy.DELETE_IMAGE}
    roles = " Image Uploader = create_image + read_images ,boss=admin"

    assert keystone_of(KEYSTONE).roles == {
        "reader": {Policy.READ_IMAGES},
        "member": member,
        "_member_": member,
        "admin": {Policy.ADMIN},
    }
    assert keystone_of({**KEYSTONE, "KEYSTONE_ROLES": roles}).roles == {
        "image uploader": {Policy.CREATE_IMAGE, Policy.READ_IMAGES},
        "boss": {Policy.ADMIN},
    }


def test_a_keystone_may_have_domains_and_certificates_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    more = {"KEYSTONE_USER_DOMAIN": "Users", "KEYSTONE_PROJECT_DOMAIN": "Projects", "KEYSTONE_CACHE_SECONDS": "5"}

    found = keystone_of({**KEYSTONE, **more, "KEYSTONE_CA_FILE": str(tmp_path / "ca.pem")})

    assert (found.user_domain, found.project_domain, found.trusted_for) == ("Users", "Projects", timedelta(seconds=5))
    assert found.ca_file == str(tmp_path / "ca.pem")


def test_settings_show_where_keystone_is_and_no_secret_of_it() -> None:
    found = Settings.from_environ(KEYSTONE).keystone

    assert repr(found) == f"KeystoneSettings({KEYSTONE['KEYSTONE_URL']!r})"


@pytest.mark.parametrize("missing", [*KEYSTONE, *CREDENTIAL][1:])
def test_half_of_a_keystone_is_refused(missing: str) -> None:
    whole = KEYSTONE if missing in KEYSTONE and missing != "KEYSTONE_URL" else CREDENTIAL

    with pytest.raises(BadSetting, match="KEYSTONE_URL"):
        Settings.from_environ({name: value for name, value in whole.items() if name != missing})


def test_two_ways_to_sign_in_are_refused_as_nobody_knows_which_is_meant() -> None:
    with pytest.raises(BadSetting, match="KEYSTONE_URL"):
        Settings.from_environ({**KEYSTONE, **CREDENTIAL})


@pytest.mark.parametrize(
    "url",
    [
        "keystone.example",
        "ftp://keystone.example",
        "https://rosetta:hunter2@keystone.example",
        "https://keystone.example/?token=hunter2",
        "https://keystone.example:port",
        "https://",
        "https://[::1",
    ],
)
def test_a_url_that_is_none_or_has_a_secret_in_it_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadSetting, match="KEYSTONE_URL") as raised:
        Settings.from_environ({**KEYSTONE, "KEYSTONE_URL": url})

    assert "hunter2" not in str(raised.value)


def test_settings_do_not_show_what_the_registry_signs_in_with() -> None:
    assert "hunter2" not in repr(Settings.from_environ(KEYSTONE))
    assert "hunter2" not in repr(Settings.from_environ(CREDENTIAL))
