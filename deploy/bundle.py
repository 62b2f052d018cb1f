"""The bundles that Lambda runs: one zip for the API and one for the other functions.

Builds are reproducible: the same sources, requirements and Python give the same bytes. Contents:

    app.py, chalicelib/     the application, and the pages that it serves
    <library>/              the installed requirements, pure Python, without modules that no function imports
                            (`UNUSED_LIBRARIES`, `UNUSED_MODULES`)
    chalicelib/storage/amazon.pem   Amazon's own certificate authorities (`amazon_roots`)
    botocore/data/          the few descriptions of AWS that the application needs (`aws_data`)
    *.dist-info/            the libraries' licences
    chalicelib/jobs/, oslo_utils/   in the worker's bundle only (`WORKERS_ONLY`)
    cryptography/, _cffi_backend.*.so   in the worker's bundle only, compiled for the functions' processor (`wheels`)
    **/__pycache__/         bytecode: `/var/task` is read-only, and compiling would dominate a cold start;
                            not of the API's descriptions, which are rarely requested (`describes`)
"""

import base64
import hashlib
import io
import re
import ssl
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, PackagePath, distribution
from pathlib import Path, PurePosixPath
from typing import Any

from deploy.aws_data import FOLDER, chosen, is_needed, spoken_names
from deploy.compiling import compiled
from deploy.wheels import WheelError, files_of, machine_of

LARGEST = 4_000_000
"""Maximum bytes of the API's bundle: a cold start begins with fetching it. Half a million are Swagger UI."""
LARGEST_WORKER = 9_000_000
"""Maximum bytes of the other functions' bundle; nobody waits for their cold start."""
WORKERS_ONLY = ("chalicelib/jobs/", "oslo_utils")
"""Files that requests do not need."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644
LICENCE = re.compile(r"(LICEN[CS]E|NOTICE|COPYING)(\.\w+)?")
PAGES = ("chalicelib/console", "chalicelib/docs")
SERVED = ("html", "css", "js", "svg", "txt")
"""Suffixes of the pages' files and of their libraries' licences."""
CERTIFICATES = "botocore/cacert.pem"
USED_MODULES = {
    "chalice": frozenset({"chalice/__init__.py", "chalice/app.py"}),
    "oslo_utils": frozenset(
        {"oslo_utils/__init__.py", "oslo_utils/units.py", "oslo_utils/imageutils/format_inspector.py"}
    ),
}
"""The modules of libraries that run on Lambda; others are left out."""
CALLERS = ("chalicelib/", "pynamodb/")
"""Code that also names operations in strings: `get_paginator("list_parts")`, `"TransactWriteItems"`."""
LIBRARIES = ("botocore/",)
"""Libraries that call operations themselves, e.g. `assume_role`."""
UNUSED_LIBRARIES = {
    "boto3": "functions make their clients with botocore alone; operators' and local tools use it",
    "s3transfer": "boto3's, to move files",
}
UNUSED_MODULES = {
    "botocore/crt/auth.py": "for signatures by AWS's runtime library, which is not here",
    "botocore/stub.py": "for tests",
    "dateutil/easter.py": "rrule's",
    "dateutil/rrule.py": "for time zones that iCalendar files describe",
    "dateutil/tz/win.py": "for Windows",
    "dateutil/tzwin.py": "for Windows",
    "urllib3/contrib/": "for browsers, SOCKS, and an OpenSSL other than Python's",
    "urllib3/http2/connection.py": "for HTTP/2, with a library that is not here",
}
"""Files and folders of libraries that Lambda never imports, each with its purpose."""
AMAZON = "chalicelib/storage/amazon.pem"
AMAZON_ROOTS = (
    ("Amazon", "Amazon Root CA 1"),
    ("Amazon", "Amazon Root CA 2"),
    ("Amazon", "Amazon Root CA 3"),
    ("Amazon", "Amazon Root CA 4"),
    ("Starfield Technologies, Inc.", "Starfield Services Root Certificate Authority - G2"),
)
"""Organisation and name of the certificate authorities that AWS uses."""

Files = dict[str, bytes]


class BundleError(Exception):
    """The bundle cannot be built; the message says why."""


def bundle(root: Path) -> bytes:
    """The API's bundle of the project in a folder. Raises BundleError."""
    files = _sources(root)
    return _made({path: files[path] for path in files if not path.startswith(WORKERS_ONLY)}, LARGEST)


def worker_bundle(root: Path, machine: str | None = None) -> bytes:
    """The bundle of the other functions. Raises BundleError.

    Compiled libraries are for `architecture`, e.g. `x86_64`; by default for that of the project's functions.
    """
    try:
        wheels = files_of(root, machine or machine_of(root))
    except WheelError as error:
        raise BundleError(str(error)) from error
    compiled_ones = {path: content for path, content in wheels.items() if _is_compiled(PurePosixPath(path))}
    return _made(_sources(root) | compiled_ones, LARGEST_WORKER)


def _sources(root: Path) -> Files:
    """The application, its libraries, and the AWS descriptions they need."""
    files = _application(root)
    for name, version in _requirements(root / "requirements.txt"):
        if name not in UNUSED_LIBRARIES:
            files |= _library(name, version)
    if CERTIFICATES in files:
        files[AMAZON] = amazon_roots(files[CERTIFICATES])
    data = {path: files.pop(path) for path in list(files) if path.startswith(FOLDER)}
    return files | chosen(data, _names(files))


def _made(files: Files, most: int) -> bytes:
    """The zip of files and their bytecode. Raises BundleError if it exceeds `most` bytes."""
    bytecode = compiled({path: content for path, content in files.items() if _is_code(path) and not describes(path)})
    packed = _zipped(files | {_bytecode_path(path): content for path, content in bytecode.items()})
    if len(packed) > most:
        raise BundleError(f"the bundle has {len(packed):,} bytes, more than {most:,}")
    return packed


def amazon_roots(store: bytes) -> bytes:
    """The certificates of AMAZON_ROOTS, in PEM. Raises BundleError if one is missing.

    A cold start reads them in no time, but takes some 15 ms for all of botocore's.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=store.decode("ascii", "ignore"))
    described, encoded = context.get_ca_certs(), context.get_ca_certs(binary_form=True)
    found = {_subject(each): der for each, der in zip(described, encoded, strict=True)}
    missing = [name for organisation, name in AMAZON_ROOTS if (organisation, name) not in found]
    if missing:
        raise BundleError(f"{CERTIFICATES} lacks {', '.join(missing)}")
    return "".join(ssl.DER_cert_to_PEM_cert(found[root]) for root in AMAZON_ROOTS).encode()


def _subject(certificate: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The organisation and name in a certificate."""
    parts = dict(pair for several in certificate["subject"] for pair in several)
    return parts.get("organizationName"), parts.get("commonName")


def _application(root: Path) -> Files:
    """The application's modules, pages and certificates; Chalice would pack any other file, too."""
    found = [path for kind in ("py", "pem") for path in (root / "chalicelib").rglob(f"*.{kind}")]
    served = [path for page in PAGES for kind in SERVED for path in (root / page).rglob(f"*.{kind}")]
    paths = [root / "app.py", *found, *served]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def _requirements(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text("utf-8").splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement:
            name, pinned, version = requirement.partition("==")
            if not pinned:
                raise BundleError(f"{path.name}: {requirement} is not pinned by ==")
            yield name, version


def _library(name: str, version: str) -> Files:
    """The files of an installed library to pack. Raises BundleError unless it is unmodified and pure Python."""
    try:
        library = distribution(name)
    except PackageNotFoundError:
        raise BundleError(f"{name} is not installed") from None
    if library.version != version:
        raise BundleError(f"{name} {library.version} is installed, {version} is required")
    if "Root-Is-Purelib: true" not in (library.read_text("WHEEL") or ""):
        raise BundleError(f"{name} is not pure Python")
    return {path.as_posix(): _published(path) for path in library.files or [] if _is_packed(path)}


def _published(path: PackagePath) -> bytes:
    """The content of a file. Raises BundleError if it differs from its distribution's record."""
    content = path.read_binary()
    found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    if path.hash is None or (path.hash.mode, path.hash.value) != ("sha256", found):
        raise BundleError(f"{path} is not as it was published")
    return content


def _is_packed(path: PurePosixPath) -> bool:
    """Whether a library's file is code, a licence, or data that the code reads."""
    text = str(path)
    if path.parts[0] == "..":
        return False  # a script outside the package
    if text.startswith(tuple(UNUSED_MODULES)):
        return False
    if path.parts[0] in USED_MODULES:
        return text in USED_MODULES[path.parts[0]]
    if path.parts[0].endswith(".dist-info"):
        return LICENCE.fullmatch(path.name) is not None
    return text == CERTIFICATES or _is_code(text) or is_needed(text)


def _is_compiled(path: PurePosixPath) -> bool:
    """Whether a file of a wheel is code that a worker may import, or a licence."""
    if path.parts[0].endswith(".dist-info"):
        return LICENCE.fullmatch(path.name) is not None
    return path.suffix == ".so" or (path.parts[0] == "cryptography" and _is_code(str(path)))


def describes(path: str) -> bool:
    """Whether a file is a module of the API's description."""
    return path.startswith("chalicelib/") and "openapi" in PurePosixPath(path).name


def _is_code(path: str) -> bool:
    return path.endswith(".py")


def _names(files: Mapping[str, bytes]) -> frozenset[str]:
    """The names by which the code could call AWS operations."""
    return frozenset(
        name
        for path, content in files.items()
        if _is_code(path) and path.startswith(CALLERS + LIBRARIES)
        for name in spoken_names(content, texts=path.startswith(CALLERS))
    )


def _bytecode_path(path: str) -> str:
    folder, _, name = path.rpartition("/")
    cached = f"__pycache__/{name.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
    return f"{folder}/{cached}" if folder else cached


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """A reproducible zip of the files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, LONG_AGO)
            entry.create_system = 3  # Unix, for the permissions below
            entry.external_attr = PLAIN_FILE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path], compresslevel=9)
    return packed.getvalue()
