"""The defects: what a careless change would look like, and the suite that must catch it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Defect:
    """Replaces `sound` in the module by `broken`; `suite` are the arguments of pytest for the tests that must fail."""

    module: str
    sound: str
    broken: str
    suite: tuple[str, ...]

    def seeded(self, root: Path) -> str:
        """The module's source with the defect. Raises ValueError unless the sound text occurs exactly once."""
        source = (root / self.module).read_text("utf-8")
        if source.count(self.sound) != 1:
            raise ValueError(f"found {source.count(self.sound)} times, not once, in {self.module}: {self.sound}")
        return source.replace(self.sound, self.broken)


PERMISSIONS = ("tests/permissions",)
FAULTS = ("tests/faults",)
HISTORIES = ("tests/histories",)
FUZZ = ("tests/fuzz",)
SECURITY = ("tests/security",)
ISOLATION = ("tests/storage/test_isolation.py", "tests/security/test_keys_touched.py")

DEFECTS = {
    "readers can change private images": Defect(
        "chalicelib/catalog/access.py",
        "    return principal.is_admin or owns(principal, image)\n",
        "    return principal.is_admin or image.visibility is Visibility.PRIVATE or owns(principal, image)\n",
        PERMISSIONS,
    ),
    "hidden images answer 403 instead of 404": Defect(
        "chalicelib/catalog/lookup.py",
        "else ImageHidden(str(name))",
        "else NotOwner(str(name))",
        PERMISSIONS,
    ),
    "tokens never expire": Defect(
        "chalicelib/storage/identities.py",
        " or until <= now:",
        ":",
        PERMISSIONS,
    ),
    "concurrent updates overwrite each other": Defect(
        "chalicelib/storage/images.py",
        "self._write(old, stored, ImageItem.version == old.version, job, refers)",
        "self._write(old, stored, ImageItem.version >= 0, job, refers)",
        HISTORIES,
    ),
    "unpublished images stay in the public list": Defect(
        "chalicelib/storage/images.py",
        "for row_key in rows_left:",
        "for row_key in (key for key in rows_left if key[0] != keys.PUBLIC):",
        HISTORIES,
    ),
    "totals never go down": Defect(
        "chalicelib/storage/totals.py",
        "    after.subtract(parts(old) if old else {})\n",
        "",
        FAULTS,
    ),
    "unshared images stay in the member's list": Defect(
        "chalicelib/storage/memberships.py",
        "            writes.delete(RowItem(*shared_row_key(image, step.member, old)))\n",
        "            pass\n",
        FAULTS,
    ),
    "two images get the same name": Defect(
        "chalicelib/storage/images.py",
        "free = ClaimItem.claim.does_not_exist() | (ClaimItem.image_id == image_id)",
        "free = ClaimItem.claim.does_not_exist() | ClaimItem.claim.exists()",
        HISTORIES,
    ),
    "request headers are logged": Defect(
        "chalicelib/http/access_log.py",
        '        "request_id": request.request_id,\n',
        '        "request_id": dict(request.headers),\n',
        SECURITY,
    ),
    "a tenant's list queries everybody's images": Defect(
        "chalicelib/storage/listings.py",
        "    if query.scope is Scope.EVERYTHING:\n",
        "    if query.scope is not Scope.OWN and query.below is None:\n",
        ISOLATION,
    ),
    "a body that is not UTF-8 causes a 500": Defect(
        "chalicelib/http/fields.py",
        'except (ValueError, RecursionError) as error:\n        raise BadMessage("body"',
        'except (json.JSONDecodeError, RecursionError) as error:\n        raise BadMessage("body"',
        FUZZ,
    ),
    "a response lacks a documented field": Defect(
        "chalicelib/dialects/scaleway/schema.py",
        '        "marketplace_key": None,\n        "state"',
        '        "state"',
        FUZZ,
    ),
}
