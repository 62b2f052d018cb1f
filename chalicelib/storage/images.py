"""Images in DynamoDB: an image, its listing rows and its claims change in one transaction or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.catalog.errors import ClaimTaken, IdTaken, StaleImage
from chalicelib.catalog.event import Actor
from chalicelib.catalog.image import Image, Name, Status, Transition
from chalicelib.catalog.job import Job
from chalicelib.catalog.lookup import attempts, retry
from chalicelib.catalog.outage import Outage
from chalicelib.catalog.outages import OutcomeUnknown
from chalicelib.catalog.ports import Found
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.query import ImageQuery
from chalicelib.catalog.reference import Reference
from chalicelib.catalog.rules import Limits
from chalicelib.catalog.total import Totals
from chalicelib.catalog.vacancy import ReferenceGone
from chalicelib.storage import batch, first_layout, keys, spread, totals
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.events import DynamoChronicle
from chalicelib.storage.items import image_of, item_of, keys_of, row_keys, rows_of
from chalicelib.storage.jobs import put_job
from chalicelib.storage.listings import Listings
from chalicelib.storage.memberships import membership_of
from chalicelib.storage.races import written_before
from chalicelib.storage.references import missed, refer
from chalicelib.storage.releases import readable
from chalicelib.storage.row import RowItem
from chalicelib.storage.tables import ClaimItem, ImageItem, MembershipItem
from chalicelib.storage.writes import Writes

MAX_ACTIONS = 100
"""DynamoDB's limit for a transaction."""


class DynamoImageRepository:
    """Implements `ports.ImageRepository` by conditional transactions. DynamoDB expires tombstones."""

    def __init__(
        self,
        connection: SharedConnection,
        listings: Listings,
        chronicle: DynamoChronicle,
        limits: Limits,
    ) -> None:
        self.connection = connection
        self._listings = listings
        self._chronicle = chronicle
        self._limits = limits

    def by(self, actor: Actor) -> "DynamoImageRepository":
        """No request is made."""
        return DynamoImageRepository(self.connection, self._listings, self._chronicle.by(actor), self._limits)

    def number(self) -> int:
        """The next number of the counter; if its image is never stored, the number is skipped."""
        table, actions = ClaimItem.Meta.table_name, [ClaimItem.last.add(1)]
        found = self.connection.update_item(table, keys.COUNTER, actions=actions, return_values="UPDATED_NEW")
        return int(found["Attributes"]["last"]["N"])

    def get(self, image_id: str, *members: str | None) -> Found | None:
        """One BatchGetItem over two tables, consistent."""
        return self.each([image_id], *members).get(image_id)

    def each(self, image_ids: Sequence[str], *members: str | None) -> dict[str, Found]:
        """Consistent BatchGetItem calls over two tables, of a hundred keys each."""
        ids = list(dict.fromkeys(image_ids))
        named = sorted({member for member in members if member and keys.fits(member)})
        wanted: dict[type[Model], list[tuple[str, ...]]] = {
            ImageItem: [(image_id,) for image_id in ids],
            MembershipItem: [(image_id, member) for image_id in ids for member in named],
        }
        items = batch.get(self.connection, wanted)
        images = [image_of(item) for item in items[ImageItem]]
        shares = [membership_of(MembershipItem.from_raw_data(item)) for item in items[MembershipItem]]
        return {
            image.id: Found(image, {share.member: share for share in shares if share.image_id == image.id})
            for image in images
        }

    def many(self, image_ids: Sequence[str]) -> list[Image]:
        """Consistent BatchGetItem calls of a hundred each; those that this release cannot read are left out."""
        ids = list(dict.fromkeys(image_ids))
        items = batch.get(self.connection, {ImageItem: [(image_id,) for image_id in ids]})[ImageItem]
        return [*readable(image_of, items)]

    def holders(self, names: Sequence[Name], tenant: str | None) -> dict[Name, str]:
        """Consistent BatchGetItem calls of a hundred claims each."""
        claims = {keys.claim(name, tenant): name for name in names}
        items = batch.get(self.connection, {ClaimItem: [(claim,) for claim in claims]})[ClaimItem]
        return {claims[item["claim"]["S"]]: item["image_id"]["S"] for item in items if "image_id" in item}

    def add(self, image: Image, job: Job | None = None, refers: Sequence[Reference] = ()) -> Image:
        """The image with its rows and claims, provided that the id was never used."""
        stored = replace(image, version=1)
        retry(image.id, lambda: self._write(None, stored, ImageItem.image_id.does_not_exist(), job, refers))
        return stored

    def mark(self, images: Sequence[Image], transition: Transition) -> None:
        """One transaction, with the rows if they fit; otherwise, or if some images are shared, the rows come after.

        If it is interrupted before that it raises OutcomeUnknown, and the job of the transition writes the rows.
        """
        if len(images) == 1:
            self.save(images[0], replace(images[0], transition=transition))
            return
        images = [self.save(image, image) if first_layout.is_in(image) else image for image in images]
        marked = [replace(image, transition=transition, version=image.version + 1) for image in images]
        rows = [row for image in marked for row in rows_of(image, None)]
        together = len(marked) + len(rows) <= MAX_ACTIONS and not any(image.member_count for image in marked)
        try:
            with Writes(connection=self.connection) as transaction:
                for image in marked:
                    transaction.put(ImageItem, item_of(image, None), ImageItem.version == image.version - 1)
                for row in rows if together else []:
                    transaction.put(RowItem, row)
        except TransactWriteError as error:
            raise self._refusal(error, images[0], marked[0], ()) from error
        for image in [] if together else marked:
            with written_before(), suppress(StaleImage):  # the conflicting write has written the rows too
                self.save(image, image)

    def save(self, old: Image, new: Image, job: Job | None = None, refers: Sequence[Reference] = ()) -> Image:
        """The new image, provided that the stored one still has the old one's version."""
        stored = replace(new, version=old.version + 1, stored_format=None)
        self._write(old, stored, ImageItem.version == old.version, job, refers)
        return stored

    def move(self, image_id: str) -> bool:
        """A read and a write, which converts an image as a whole."""
        found = self.get(image_id)
        if found is None or not first_layout.is_in(found.image):
            return False
        self.save(found.image, found.image)
        return True

    def images(self, principal: Principal, query: ImageQuery) -> Iterator[Image]:
        """See `Listings`."""
        return self._listings.images(principal, query)

    def count(self, principal: Principal, query: ImageQuery) -> int:
        """See `Listings`."""
        return self._listings.count(principal, query)

    def totals(self, tenant: str) -> Totals:
        """One consistent BatchGetItem over two items."""
        own, shared = keys.key("tenant", tenant), keys.shared(tenant)
        found = totals.read(self.connection, [own, shared])
        return found[own]._replace(given=found[shared].given)

    def _write(
        self, old: Image | None, new: Image, condition: Condition, job: Job | None, refers: Sequence[Reference]
    ) -> None:
        moved = old if old is not None and first_layout.is_in(old) else None
        before = None if moved else old
        members = spread.members_of(new if old is None or old.status is Status.DELETED else old)
        wide = len(members) > spread.MAX_AT_ONCE or (old is not None and old.members_behind)
        new = replace(new, members_behind=wide and bool(members))
        expires = self._expiry(new)
        rows = rows_of(new, expires)
        rows_left = (row_keys(before) if before else set()) - keys_of(rows)
        claims_before = keys.claims(old) if old else frozenset()
        quota = self._limits.storage_quota if totals.growth(old, new) > 0 else 0
        most = -1 if moved or (old is not None and old.gone) else self._limits.shared_quota
        if wide:
            totals.check_room(self.connection, spread.newly_given(before, new, members), most)
        try:
            with Writes(connection=self.connection) as transaction:
                transaction.put(ImageItem, item_of(new, expires), condition, return_old=True)
                for row in rows:
                    transaction.put(RowItem, row)
                for row_key in rows_left:
                    transaction.delete(RowItem(*row_key))
                if moved:
                    first_layout.leave(transaction, moved)
                for claim in keys.claims(new) - claims_before:
                    _take(transaction, claim, new.id)
                for claim in claims_before - keys.claims(new):
                    transaction.delete(ClaimItem(claim))
                if job is not None:
                    put_job(transaction, job)
                self._chronicle.record_change(transaction, old, new)
                totals.add(transaction, before, new, quota)
                spread.put(transaction, before, new, totals.NOBODY if wide else members, most)
                refer(transaction, refers, new.id)
        except TransactWriteError as error:
            raise self._refusal(error, old, new, refers) from error
        if new.members_behind:
            with written_before():
                self._bring(new, members)

    def _bring(self, image: Image, members: spread.Members) -> None:
        """Write the rows of many members; after a conflict, those of the image as it is then.

        Raises OutcomeUnknown after too many conflicts: the image itself is written, and the reaper writes the rows.
        """
        for _ in attempts():
            try:
                spread.bring(self.connection, image, members)
            except StaleImage:
                found = self.get(image.id)
                if found is None or not found.image.members_behind:
                    return
                image, members = found.image, spread.members_of(found.image)
            else:
                return
        raise OutcomeUnknown(Outage.BUSY)

    def _refusal(
        self, error: TransactWriteError, old: Image | None, new: Image, refers: Sequence[Reference]
    ) -> Exception:
        """What a cancelled transaction means: id or claims taken, references gone, a full quota, or a conflict.

        Each failed condition comes with the item that made it fail, which shows the table that it is from.
        """
        reasons = [reason for reason in error.cancellation_reasons if reason is not None]
        if not reasons or any(reason.code == "ValidationError" for reason in reasons):
            return error
        if reference := missed(refers, error):
            return ReferenceGone(reference.kind, reference.title)
        own = error.cancellation_reasons[: len(error.cancellation_reasons) - len(refers)]
        items = [reason.raw_item or {} for reason in own if reason and reason.code == "ConditionalCheckFailed"]
        failed = [item for item in items if not totals.is_total(item)]
        if items and not failed:
            return totals.exceeded(items[0], old, new, self._limits)
        lost = sorted(item["claim"]["S"] for item in failed if "claim" in item)
        if old is None and len(lost) < len(failed):
            return IdTaken(new.id)
        if lost and len(lost) == len(failed):
            return ClaimTaken(lost)
        return StaleImage(new.id)

    def _expiry(self, image: Image) -> int | None:
        if image.status is not Status.DELETED or image.deleted_at is None:
            return None
        return int((image.deleted_at + self._limits.periods.tombstone).timestamp())


def _take(transaction: Writes, claim: str, image_id: str) -> None:
    free = ClaimItem.claim.does_not_exist() | (ClaimItem.image_id == image_id)
    transaction.put(ClaimItem, {"claim": {"S": claim}, "image_id": {"S": image_id}}, free, return_old=True)
