"""The bundle: what is in it, that it runs by itself, and that it is always the same."""

import ast
import base64
import hashlib
import importlib.util
import io
import marshal
import os
import random
import re
import ssl
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import distribution, version
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from chalicelib.http import assets, console, docs, message
from deploy.bundle import (
    AMAZON,
    AMAZON_ROOTS,
    CERTIFICATES,
    LARGEST,
    LARGEST_WORKER,
    UNUSED_LIBRARIES,
    BundleError,
    amazon_roots,
    bundle,
    describes,
    worker_bundle,
)
from deploy.compiling import UNCHECKED

ROOT = Path(__file__).parents[2]
TAG = sys.implementation.cache_tag
CFFI = f"_cffi_backend.{sys.implementation.cache_tag}-aarch64-linux-gnu.so"
COMPILED = {CFFI, "cryptography"}
LIBRARIES = {"botocore", "chalice", "dateutil", "jmespath", "oslo_utils", "pynamodb", "six.py", "urllib3", *COMPILED}
WORKERS = ("chalicelib/jobs/", "oslo_utils", "cryptography", "cffi-", "_cffi_backend")
ARM = 183
"""What ELF calls the processor of the functions."""
ABSENT = {
    "botocore.auth": {"botocore.crt.auth"},  # where awscrt is installed
    "botocore.httpsession": {"urllib3.contrib.pyopenssl"},  # does without
    "chalice.app": {"chalice.local"},  # for type checkers
    "dateutil.tz.tz": {"dateutil.rrule", "dateutil.tz.win"},  # to read an iCalendar file; does without
    "oslo_utils.imageutils.format_inspector": {  # has stand-ins
        *("oslo_utils._i18n", "oslo_utils.imageutils", "oslo_utils.imageutils._luks"),
    },
    "urllib3": {"urllib3.contrib.emscripten"},  # in a browser
    "urllib3.http2": {"urllib3.http2.connection"},  # once it is told to speak HTTP/2
}
"""What packed modules import and is not packed, with when they do so."""
FRESH = (
    "import sys; from pathlib import Path; from deploy.bundle import bundle; sys.stdout.buffer.write(bundle(Path('.')))"
)


@pytest.fixture(scope="module")
def contents(packed_worker: bytes) -> dict[str, bytes]:
    """Of the worker's bundle, which has all."""
    return contents_of(packed_worker)


def contents_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_api_is_given_all_but_what_only_the_worker_needs(packed: bytes, contents: dict[str, bytes]) -> None:
    assert contents_of(packed) == {name: content for name, content in contents.items() if not name.startswith(WORKERS)}


def test_it_has_the_application_and_libraries_only(contents: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in contents}

    licences = {top for top in tops if top.endswith(".dist-info")}
    assert tops - licences == {"app.py", "chalicelib", "__pycache__", *LIBRARIES}
    assert len(licences) == len(LIBRARIES)
    assert {Path(name).suffix for name in contents} == {
        *(".py", ".pyc", ".html", ".json", ".pem", ".txt", ""),
        *(".so", ".APACHE", ".BSD"),
        *(".css", ".js", ".svg"),
    }


def test_what_is_left_out_is_imported_by_nothing_that_runs(contents: dict[str, bytes]) -> None:
    packed = {module_of(name) for name in contents if name.endswith(".py")}
    installed = {module_of(name) for library in requirements() for name in modules(library)}

    found = {
        module_of(name): absent
        for name, content in contents.items()
        if name.endswith(".py") and (absent := imported(name, content) & installed - packed)
    }

    assert found == ABSENT


def requirements() -> list[str]:
    """The names of all libraries that are required, packed or not."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if "==" in line]


def modules(library: str) -> list[str]:
    """The files of an installed library that hold its modules."""
    return [str(path) for path in distribution(library).files or [] if path.suffix == ".py"]


def module_of(file: str) -> str:
    """`a.b` of `a/b.py` and of `a/b/__init__.py`."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(file: str, source: bytes) -> set[str]:
    """What a module imports, wherever in it: modules, and names that may be modules."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = file.split("/")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{each.name}" for each in node.names)}
    return found


def test_a_library_that_is_left_out_is_one_that_is_required() -> None:
    assert UNUSED_LIBRARIES.keys() < set(requirements())


def test_amazons_own_authorities_are_packed_by_themselves(contents: dict[str, bytes]) -> None:
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusted.load_verify_locations(cadata=contents[AMAZON].decode())
    blocks = contents[CERTIFICATES].decode().split("\n\n")
    published = {
        re.sub(".*SHA256 Fingerprint: ([0-9a-f:]+).*", r"\1", block, flags=re.DOTALL).replace(":", "")
        for block in blocks
        for organisation, name in AMAZON_ROOTS
        if f"Subject: CN={name} O={organisation}\n" in block
    }

    found = {hashlib.sha256(each).hexdigest() for each in trusted.get_ca_certs(binary_form=True)}

    assert len(found) == 5
    assert found == published


@pytest.mark.parametrize("root", AMAZON_ROOTS, ids=lambda root: root[1])
def test_no_bundle_is_made_without_one_of_amazons_authorities(
    contents: dict[str, bytes], root: tuple[str, str]
) -> None:
    others = [block for block in contents[AMAZON].decode().split("-----END CERTIFICATE-----\n") if block]
    [lost] = [index for index, each in enumerate(AMAZON_ROOTS) if each == root]
    left = "-----END CERTIFICATE-----\n".join([*others[:lost], *others[lost + 1 :], ""])

    with pytest.raises(BundleError) as refused:
        amazon_roots(left.encode())

    assert str(refused.value) == f"botocore/cacert.pem lacks {root[1]}"


def test_it_has_every_module_of_the_application(contents: dict[str, bytes]) -> None:
    modules = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]

    assert {name for name in contents if name.startswith(("app.py", "chalicelib/")) and name.endswith(".py")} == {
        str(module.relative_to(ROOT)) for module in modules
    }


@pytest.mark.parametrize("folder", [console.FOLDER, docs.FOLDER])
def test_it_has_all_that_a_page_loads(contents: dict[str, bytes], folder: str) -> None:
    served = assets.files_of(folder).contents

    assert {name: contents.get(f"chalicelib/{folder}/{name}") for name in served} == served


def test_every_module_but_descriptions_has_bytecode_that_is_believed_unread(contents: dict[str, bytes]) -> None:
    sources = [Path(name) for name in contents if name.endswith(".py") and not describes(name)]
    cached = {str(source): str(source.parent / "__pycache__" / f"{source.stem}.{TAG}.pyc") for source in sources}

    assert set(cached.values()) == {name for name in contents if name.endswith(".pyc")}
    for source, compiled in cached.items():
        magic, flags, digest = contents[compiled][:4], contents[compiled][4:8], contents[compiled][8:16]
        assert (magic, flags) == (importlib.util.MAGIC_NUMBER, UNCHECKED)
        assert digest == importlib.util.source_hash(contents[source])


def test_bytecode_does_not_describe_functions(contents: dict[str, bytes]) -> None:
    description = b"Ensures a boolean value"

    assert description in contents["botocore/utils.py"]
    assert description not in contents[f"botocore/__pycache__/utils.{TAG}.pyc"]


def test_bytecode_says_of_fields_alone_what_they_are(contents: dict[str, bytes]) -> None:
    name = "chalicelib.http.message"
    code = marshal.loads(contents[f"chalicelib/http/__pycache__/message.{TAG}.pyc"][16:])  # noqa: S302  # of our own making
    found: dict[str, Any] = {"__name__": name}

    exec(code, found)  # noqa: S102  # as above

    assert found["Request"].__annotations__ == message.Request.__annotations__
    assert found["Request"].header.__annotations__ == {}
    assert message.Request.header.__annotations__ != {}


def test_no_path_of_this_machine_is_in_it(contents: dict[str, bytes]) -> None:
    places = {str(ROOT), sys.prefix, sysconfig.get_path("purelib"), str(Path.home())} - {"/"}
    compiled = [marshal.loads(content[16:]) for name, content in contents.items() if name.endswith(".pyc")]  # noqa: S302  # of our own making

    ours = [name for name in contents if "/vendor/" not in name]
    assert [name for name in ours for place in places if place.encode() in contents[name]] == []
    assert [file for code in compiled for file in files_of(code) if not file.startswith("/var/task/")] == []


def files_of(code: CodeType) -> set[str]:
    """The files that a module's code, and all code in it, says to be from."""
    inner = [files_of(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return {code.co_filename}.union(*inner)


def test_any_processor_runs_the_api(packed: bytes) -> None:
    contents = contents_of(packed)
    binary = [name for name, content in contents.items() if content.startswith((b"\x7fELF", b"MZ", b"\xcf\xfa"))]

    assert binary == []
    assert [name for name in contents if ".so" in Path(name).suffixes] == []


def test_the_processor_of_the_functions_runs_the_worker(contents: dict[str, bytes]) -> None:
    binary = {name: content for name, content in contents.items() if content.startswith(b"\x7fELF")}

    assert {int.from_bytes(content[18:20], "little") for content in binary.values()} == {ARM}
    assert set(binary) == {CFFI, "cryptography/hazmat/bindings/_rust.abi3.so"}


def test_it_is_small(packed: bytes, packed_worker: bytes) -> None:
    assert len(packed) <= LARGEST
    assert len(packed_worker) <= LARGEST_WORKER


def test_its_entries_depend_on_no_clock_and_no_umask(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        entries = archive.infolist()

    assert {(each.date_time, each.external_attr, each.create_system) for each in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644 << 16, 3)
    }
    assert [each.filename for each in entries] == sorted(each.filename for each in entries)


def test_it_is_the_same_whatever_was_done_before_in_its_process(packed: bytes) -> None:
    assert bundle(ROOT) == packed


def test_the_workers_is_the_same_too(packed_worker: bytes) -> None:
    assert worker_bundle(ROOT) == packed_worker


@pytest.mark.parametrize(("seed", "umask"), [("1", 0o077), ("4242", 0o000)])
def test_it_is_the_same_wherever_it_is_made(packed: bytes, seed: str, umask: int) -> None:
    environ = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland", "LC_ALL": "C"}

    words = [sys.executable, "-O", "-c", FRESH]
    made = subprocess.run(words, cwd=ROOT, env=environ, umask=umask, check=True, stdout=subprocess.PIPE)  # noqa: S603  # ours

    assert made.stdout == packed


def test_it_is_made_of_what_is_committed_to(tmp_path: Path, contents: dict[str, bytes]) -> None:
    project = a_project(tmp_path, (ROOT / "requirements.txt").read_text("utf-8"))
    (project / "chalicelib" / "__pycache__").mkdir()
    (project / "chalicelib" / "__pycache__" / "old.cpython-39.pyc").touch()
    (project / "chalicelib" / "notes.txt").touch()
    (project / ".env").touch()
    (project / "chalicelib" / "keystone.pem").touch()  # an operator's own

    with zipfile.ZipFile(io.BytesIO(bundle(project))) as archive:
        names = {name for name in archive.namelist() if not name.endswith(".pyc")}

    libraries = {name for name in contents if name.split("/")[0] not in {"app.py", "chalicelib"}}
    assert names - libraries == {"app.py", "chalicelib/__init__.py", "chalicelib/keystone.pem", AMAZON}


@pytest.mark.parametrize(
    ("requirements", "reason"),
    [
        ("six", "requirements.txt: six is not pinned by =="),
        ("six==1.0", "six {} is installed, 1.0 is required"),
        ("no-such-library==1.0", "no-such-library is not installed"),
    ],
)
def test_libraries_are_those_that_are_required(tmp_path: Path, requirements: str, reason: str) -> None:
    project = a_project(tmp_path, requirements)

    with pytest.raises(BundleError) as refused:
        bundle(project)

    assert str(refused.value) == reason.format(version("six"))


@pytest.mark.parametrize(
    ("pure", "digest", "reason"),
    [
        ("false", "", "example is not pure Python"),
        ("true", ",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0", "example.py is not as it was published"),
        ("true", ",,", "example.py is not as it was published"),
    ],
    ids=["compiled", "changed", "unknown"],
)
def test_libraries_are_as_they_were_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pure: str, digest: str, reason: str
) -> None:
    project = a_project(tmp_path, "example==1.0")
    (tmp_path / "example.py").write_text("CHANGED = True\n")
    about = tmp_path / "example-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: example\nVersion: 1.0\n")
    (about / "WHEEL").write_text(f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\n")
    (about / "RECORD").write_text(f"example.py{digest}\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(BundleError, match=reason):
        bundle(project)


def test_a_bundle_that_grows_too_large_is_not_made(tmp_path: Path) -> None:
    project = a_project(tmp_path, "")
    noise = base64.b85encode(random.Random(1).randbytes(LARGEST))  # noqa: S311  # hard to compress, and the same each time
    (project / "chalicelib" / "noise.py").write_bytes(b"NOISE = '" + noise.translate(None, b"'\\\\") + b"'\n")

    with pytest.raises(BundleError, match="more than 4,000,000"):
        bundle(project)


def a_project(folder: Path, requirements: str) -> Path:
    """A project that does nothing, with these requirements."""
    project = folder / "project"
    (project / "chalicelib").mkdir(parents=True)
    (project / "app.py").write_text("")
    (project / "chalicelib" / "__init__.py").write_text("")
    (project / "requirements.txt").write_text(requirements + "\n")
    return project
