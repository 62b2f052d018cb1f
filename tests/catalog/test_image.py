"""Statuses and the moves between them."""

import pytest

from chalicelib.catalog.image import MOVES, Status
from tests.factories import an_image


def test_every_status_has_its_moves() -> None:
    assert set(MOVES) == set(Status)


def test_every_status_can_be_reached() -> None:
    reached = {status for targets in MOVES.values() for status in targets}

    assert reached == set(Status)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DELETED])
def test_every_image_can_be_deleted(status: Status) -> None:
    assert Status.DELETED in MOVES[status]


def test_nothing_comes_back_from_deletion() -> None:
    assert MOVES[Status.DELETED] == frozenset()


@pytest.mark.parametrize("status", Status)
def test_no_status_is_a_move_to_itself(status: Status) -> None:
    assert status not in MOVES[status]


@pytest.mark.parametrize("status", Status)
def test_an_image_is_gone_once_its_deletion_began(status: Status) -> None:
    assert an_image(status=status).gone is (status in {Status.PENDING_DELETE, Status.DELETED})


@pytest.mark.parametrize(
    ("name", "chosen", "called"),
    [
        ("web", {"tenant_aliases": {"a": "ami-1"}}, "web"),
        (None, {"tenant_aliases": {"a": "ami-1"}}, "ami-1"),
        ("", {"aliases": {"b": "img-1"}}, "img-1"),
        (None, {"aliases": {"b": "img-1"}, "tenant_aliases": {"a": "ami-1"}}, "ami-1"),
        ("", {}, ""),
        (None, {}, None),
    ],
)
def test_an_image_without_a_name_is_called_by_an_id_that_was_chosen(
    name: str | None, chosen: dict[str, dict[str, str]], called: str | None
) -> None:
    assert an_image(name=name, **chosen).called == called


def test_the_text_of_an_image_shows_no_secrets() -> None:
    text = repr(an_image(login_password="hunter2", location="s3://bucket/key?X-Amz-Signature=1"))

    assert "hunter2" not in text
    assert "s3://" not in text


@pytest.mark.parametrize(
    ("name", "disk_format", "saved"),
    [
        ("golden", "qcow2", "golden.qcow2"),
        ("Debian 13", "raw", "Debian 13.raw"),
        ("golden.QCOW2", "qcow2", "golden.QCOW2"),
        ("golden", None, "golden.img"),
        ("invoice.pdf", "raw", "invoice.pdf.raw"),
        ("größe 镜像", "vhd", "größe 镜像.vhd"),
        ("../../etc/passwd", "raw", "_.._etc_passwd.raw"),
        ('a"b\\c:d*e?f<g>h|i%j', "raw", "a_b_c_d_e_f_g_h_i_j.raw"),
        ("a\r\nSet-Cookie: x\x00\x7f", "raw", "a__Set-Cookie_ x__.raw"),
        ("fdp.\u202eexe\ud800\u2028", "raw", "fdp._exe__.raw"),
        (" . ", "iso", "0b5a2f1e-7e54-4a3c-8f4b-1a2b3c4d5e6f.iso"),
        ("", "iso", "0b5a2f1e-7e54-4a3c-8f4b-1a2b3c4d5e6f.iso"),
        (None, "iso", "0b5a2f1e-7e54-4a3c-8f4b-1a2b3c4d5e6f.iso"),
        ("x" * 255, "raw", "x" * 64 + ".raw"),
        ("镜" * 255, "raw", "镜" * 21 + ".raw"),
    ],
)
def test_the_bytes_of_an_image_are_saved_under_its_name(name: str | None, disk_format: str | None, saved: str) -> None:
    image = an_image(id="0b5a2f1e-7e54-4a3c-8f4b-1a2b3c4d5e6f", name=name, disk_format=disk_format)

    assert image.file_name == saved
