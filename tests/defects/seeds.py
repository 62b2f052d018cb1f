"""The defects: what a careless change would look like, and the suite that has to catch it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Defect:
    """A text of a module that becomes another one; `suite` are the arguments of pytest that must fail then."""

    module: str
    sound: str
    broken: str
    suite: tuple[str, ...]

    def seeded(self, root: Path) -> str:
        """The module with the defect. Raises ValueError unless the sound text stands there once."""
        source = (root / self.module).read_text("utf-8")
        if source.count(self.sound) != 1:
            raise ValueError(f"{self.module} has this {source.count(self.sound)} times: {self.sound}")
        return source.replace(self.sound, self.broken)


PERMISSIONS = ("tests/permissions",)
FAULTS = ("tests/faults",)
HISTORIES = ("tests/histories",)
FUZZ = ("tests/fuzz",)
SECURITY = ("tests/security",)
ISOLATION = ("tests/storage/test_isolation.py", "tests/security/test_keys_touched.py")

DEFECTS = {
    "whoever sees a private image may change it": Defect(
        "chalicelib/catalog/access.py",
        "    return principal.is_admin or owns(principal, image)\n",
        "    return principal.is_admin or image.visibility is Visibility.PRIVATE or owns(principal, image)\n",
        PERMISSIONS,
    ),
    "a hidden image is refused, not absent": Defect(
        "chalicelib/catalog/lookup.py",
        "else ImageHidden(str(name))",
        "else NotOwner(str(name))",
        PERMISSIONS,
    ),
    "tokens do not expire": Defect(
        "chalicelib/storage/identities.py",
        " or until <= now:",
        ":",
        PERMISSIONS,
    ),
    "the later of two updates is stored without a look at the earlier": Defect(
        "chalicelib/storage/images.py",
        "self._write(old, stored, ImageItem.version == old.version, job, refers)",
        "self._write(old, stored, ImageItem.version >= 0, job, refers)",
        HISTORIES,
    ),
    "an image that is private again stays in the public list": Defect(
        "chalicelib/storage/images.py",
        "for row_key in rows_left:",
        "for row_key in (key for key in rows_left if key[0] != keys.PUBLIC):",
        HISTORIES,
    ),
    "a total does not count what goes": Defect(
        "chalicelib/storage/totals.py",
        "    after.subtract(parts(old) if old else {})\n",
        "",
        FAULTS,
    ),
    "what is shared no longer stays in the member's list": Defect(
        "chalicelib/storage/memberships.py",
        "            writes.delete(RowItem(*shared_row_key(image, step.member, old)))\n",
        "            pass\n",
        FAULTS,
    ),
    "a name is given twice": Defect(
        "chalicelib/storage/images.py",
        "free = ClaimItem.claim.does_not_exist() | (ClaimItem.image_id == image_id)",
        "free = ClaimItem.claim.does_not_exist() | ClaimItem.claim.exists()",
        HISTORIES,
    ),
    "headers are logged": Defect(
        "chalicelib/http/access_log.py",
        '        "request_id": request.request_id,\n',
        '        "request_id": dict(request.headers),\n',
        SECURITY,
    ),
    "what a tenant may see is sought among everything": Defect(
        "chalicelib/storage/listings.py",
        "    if query.scope is Scope.EVERYTHING:\n",
        "    if query.scope is not Scope.OWN and query.below is None:\n",
        ISOLATION,
    ),
    "text that is not UTF-8 is not expected": Defect(
        "chalicelib/http/fields.py",
        'except (ValueError, RecursionError) as error:\n        raise BadMessage("body"',
        'except (json.JSONDecodeError, RecursionError) as error:\n        raise BadMessage("body"',
        FUZZ,
    ),
    "an answer lacks what is documented": Defect(
        "chalicelib/dialects/scaleway/schema.py",
        '        "marketplace_key": None,\n        "state"',
        '        "state"',
        FUZZ,
    ),
}
