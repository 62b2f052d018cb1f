"""Third-party libraries of the pages, fetched from npm and pinned by version and digest."""

import base64
import hashlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

CONSOLE = Path("chalicelib/console/vendor")
DOCS = Path("chalicelib/docs/vendor")


class Package(NamedTuple):
    """A release at npm. `files` maps the names in `folder` to paths in the package."""

    name: str
    version: str
    integrity: str
    files: Mapping[str, str]
    folder: Path = CONSOLE

    @property
    def tarball(self) -> str:
        """The file name that `npm pack` writes."""
        return f"{self.name}-{self.version}.tgz"


PACKAGES = (
    Package(
        "preact",
        "11.2.0",
        "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
        {
            "preact.js": "dist/preact.mjs",
            "preact-hooks.js": "hooks/dist/hooks.mjs",
            "LICENSE-preact.txt": "LICENSE",
        },
    ),
    Package(
        "htm",
        "3.1.1",
        "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
        {"htm.js": "dist/htm.mjs", "LICENSE-htm.txt": "LICENSE"},
    ),
    Package(
        "js-md5",
        "0.9.2",
        "sha512-QK62elp/ozZj7kzyCG5yaeK+uWeqxPlg3w3znYDBvwyqzJs7nh5bgTAAH9KltLni2LT7qx/E1EgSVwfiOSRe0Q==",
        {"md5.js": "build/md5-lite.min.mjs", "LICENSE-js-md5.txt": "LICENSE.txt"},
    ),
    Package(
        "swagger-ui-dist",
        "5.35.0",
        "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
        {
            "swagger-ui-bundle.js": "swagger-ui-bundle.js",
            "swagger-ui.css": "swagger-ui.css",
            "LICENSE-swagger-ui-dist.txt": "LICENSE",
            "NOTICE-swagger-ui-dist.txt": "NOTICE",
            "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
        },
        DOCS,
    ),
)


class VendorError(Exception):
    """A package cannot be fetched or does not match its digest; the message says why."""


def vendor(root: Path) -> list[Path]:
    """Write the pages' libraries below the project's root; return the files. Raises VendorError."""
    written = []
    for package in PACKAGES:
        for name, content in files_of(package, fetched(package)).items():
            path = root / package.folder / name
            path.write_bytes(content)
            written.append(path)
    return written


def fetched(package: Package) -> bytes:
    """Download the tarball. Raises VendorError."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{package.name}@{package.version}"]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)  # noqa: S603  # a fixed command
        except FileNotFoundError as missing:
            raise VendorError("npm was not found") from missing
        except subprocess.CalledProcessError as failed:
            raise VendorError(f"npm could not fetch {package.name}: {failed.stderr.strip()}") from failed
        return (Path(folder) / package.tarball).read_bytes()


def files_of(package: Package, tarball: bytes) -> dict[str, bytes]:
    """The files to keep of a tarball. Raises VendorError if it does not match the pinned digest."""
    digest = base64.b64encode(hashlib.sha512(tarball).digest()).decode("ascii")
    if package.integrity != f"sha512-{digest}":
        raise VendorError(f"{package.tarball} does not match its pinned digest: it is sha512-{digest}")
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        return {name: _servable(_member(archive, source)) for name, source in package.files.items()}


def _member(archive: tarfile.TarFile, path: str) -> bytes:
    file = archive.extractfile(f"package/{path}")
    if file is None:
        raise VendorError(f"{path} is not a file")
    return file.read()


def _servable(content: bytes) -> bytes:
    """Remove the reference to a source map, which is not served, and replace bare import names by paths."""
    kept = [
        line
        for line in content.splitlines(keepends=True)
        if not line.startswith((b"//# sourceMappingURL=", b"/*# sourceMappingURL="))
    ]
    return b"".join(kept).replace(b'from"preact"', b'from"./preact.js"')
