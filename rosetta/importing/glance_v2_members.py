"""Members of Glance v2 images: the same tenants at the target, with their answers where possible."""

from collections.abc import Callable, Mapping

from rosetta.errors import ServiceError
from rosetta.importing.glance_v2_fields import ImageV2
from rosetta.importing.glance_v2_service import GlanceV2
from rosetta.importing.records import CONFLICT

PENDING = "pending"
MISSING = 404
WITH_MEMBERS = frozenset({"shared", "private"})
"""Visibilities of images that may have members; until 2016 private ones had."""


class Members:
    """Copies the members of images."""

    def __init__(self, source: GlanceV2, target: GlanceV2) -> None:
        self._source = source
        self._target = target
        self.unanswered = 0
        """The number of answers that could not be imported."""

    def of_source(self, image: ImageV2) -> Mapping[str, str]:
        """The members of an image at the source; none if the caller may not list them."""
        if image.visibility not in WITH_MEMBERS:
            return {}
        try:
            return self._source.members(image.id)
        except ServiceError as error:
            if error.status not in {403, 404}:
                raise
            return {}

    def bring(self, image_id: str, wanted: Mapping[str, str], *, is_new: bool) -> bool:
        """Update the members of a shared image; return whether they changed. Answers given at the target stay."""
        has = {} if is_new else self._target.members(image_id)
        for tenant in wanted.keys() - has.keys():
            _unless(CONFLICT, self._target.add_member, image_id, tenant)
        for tenant in has.keys() - wanted.keys():
            _unless(MISSING, self._target.remove_member, image_id, tenant)
        answers = {
            tenant: status
            for tenant, status in wanted.items()
            if status != PENDING and has.get(tenant, PENDING) == PENDING
        }
        answered = [self._answer(image_id, tenant, status) for tenant, status in answers.items()]
        return wanted.keys() != has.keys() or any(answered)

    def _answer(self, image_id: str, tenant: str, status: str) -> bool:
        """Answer for a member; return whether the target accepts that, as it does from administrators."""
        try:
            self._target.answer(image_id, tenant, status)
        except ServiceError as error:
            if error.status != 403:
                raise
            self.unanswered += 1
            return False
        return True


def _unless(status: int, change: Callable[[str, str], None], image_id: str, tenant: str) -> None:
    """Change a member; ignore `status`, which means that somebody else did the same."""
    try:
        change(image_id, tenant)
    except ServiceError as error:
        if error.status != status:
            raise
