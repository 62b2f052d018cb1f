"""Libraries of the console are those that were pinned, and are here as they are there."""

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from deploy.vendor import CONSOLE, DOCS, PACKAGES, Package, VendorError, files_of
from tests.deploy.files import ROOT

CODE = b'import{h}from"preact";export{h};\n//# sourceMappingURL=it.map\n'


def tarball(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def a_package(packed: bytes) -> Package:
    digest = base64.b64encode(hashlib.sha512(packed).digest()).decode()
    return Package("it", "1.0.0", f"sha512-{digest}", {"it.js": "dist/it.mjs"})


def test_a_library_imports_its_neighbour_by_path() -> None:
    packed = tarball({"dist/it.mjs": CODE, "README.md": b"more"})

    assert files_of(a_package(packed), packed) == {"it.js": b'import{h}from"./preact.js";export{h};\n'}


def test_another_tarball_is_refused() -> None:
    packed = tarball({"dist/it.mjs": CODE})

    with pytest.raises(VendorError, match=r"^it-1\.0\.0\.tgz does not match its pinned digest: it is sha512-"):
        files_of(a_package(packed), tarball({"dist/it.mjs": CODE + b"more"}))


@pytest.mark.parametrize("folder", [CONSOLE, DOCS])
def test_every_library_is_pinned_by_digest_and_has_its_licence(folder: Path) -> None:
    packages = [package for package in PACKAGES if package.folder == folder]
    kept = {name for package in packages for name in package.files}

    assert {path.name for path in (ROOT / folder).iterdir()} == kept
    assert [package.name for package in packages if not package.integrity.startswith("sha512-")] == []
    assert {f"LICENSE-{package.name}.txt" for package in packages} <= kept
