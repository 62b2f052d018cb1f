"""Whom images are shared with: the same tenants at the target, who need not accept again if that can be had."""

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
    """The members at both ends."""

    def __init__(self, source: GlanceV2, target: GlanceV2) -> None:
        self._source = source
        self._target = target
        self.unanswered = 0
        """How many answers the target did not let us give for the members."""

    def of_source(self, image: ImageV2) -> Mapping[str, str]:
        """The members of an image; none if that cannot be asked."""
        if image.visibility not in WITH_MEMBERS:
            return {}
        try:
            return self._source.members(image.id)
        except ServiceError as error:
            if error.status not in {403, 404}:
                raise
            return {}

    def bring(self, image_id: str, wanted: Mapping[str, str], *, is_new: bool) -> bool:
        """Whether those of the shared image had to be changed. What a member has answered at the target stays."""
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
        """Whether the target took it, as it does from administrators."""
        try:
            self._target.answer(image_id, tenant, status)
        except ServiceError as error:
            if error.status != 403:
                raise
            self.unanswered += 1
            return False
        return True


def _unless(status: int, change: Callable[[str, str], None], image_id: str, tenant: str) -> None:
    """Make a change of a member, unless somebody else has made it, which this status tells."""
    try:
        change(image_id, tenant)
    except ServiceError as error:
        if error.status != status:
            raise
