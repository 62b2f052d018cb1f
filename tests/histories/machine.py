"""A Hypothesis state machine of sequential calls: each reply, and the lists after it, must be the model's."""

from itertools import cycle
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.storage.tables import MODELS, ReferenceItem, TokenItem
from tests.histories.history import Reply
from tests.histories.model import (
    BY_UUID,
    DEVOPS,
    DIALECTS,
    EMPTY,
    GLANCE,
    GLANCE_2,
    QINGCLOUD,
    SCALEWAY,
    Call,
    Outcome,
    Slot,
    Verb,
    apply,
    names_read,
)
from tests.histories.speaking import PAGES, TENANTS, Speaker
from tests.tally import count

PAGE = 3
CHOSEN = 2
"""Number of ids for each dialect whose clients choose ids."""
LASTING = (TokenItem, ReferenceItem)
Id = tuple[str, str]
"""A dialect and the name with which an image was created; the key to its id in this dialect."""

OF_GLANCE_2 = [
    *(Verb.OPEN, Verb.SECLUDE, Verb.HIDE, Verb.UNHIDE),
    *(Verb.TAG, Verb.UNTAG, Verb.DEACTIVATE, Verb.REACTIVATE),
]
"""Calls that only Glance v2 has."""

tenants = st.sampled_from(TENANTS)
dialects = st.sampled_from(DIALECTS)
places = st.integers(0, 5)


class CatalogueMachine(RuleBasedStateMachine):
    """Sends the same calls to the application and to the model."""

    speaker: Speaker

    def __init__(self) -> None:
        super().__init__()
        forget_images()
        self.slots: dict[str, Slot] = {}
        self.born: dict[str, str] = {}
        self.ids: dict[Id, str] = {}
        self.readers = cycle(reader for tenant in TENANTS for reader in (None, tenant))

    def called(self, call: Call, image_id: str = "") -> Outcome:
        """Make a call to both; the response must be one that the model's outcome allows."""
        before = self.slots.get(call.slot, EMPTY)
        after, outcome = apply(before, call)
        heard = self.speaker.ask(call, image_id)
        busy = call.dialect == QINGCLOUD and heard.reply.outcomes == {Outcome.OUTRUN}
        assert outcome in heard.reply.outcomes or (busy and outcome is not Outcome.HIDDEN), (call, outcome, heard)
        if busy:
            return Outcome.OUTRUN
        if call.verb is Verb.SHOW and outcome is Outcome.DONE:
            assert heard.reply.names == names_read(before, call), (call, heard)
        if call.verb is Verb.DELETE and call.dialect == QINGCLOUD and outcome is Outcome.DONE:
            after, _ = apply(after, Call(Verb.END, QINGCLOUD, call.tenant, call.slot, call.born))
        self.slots[call.slot] = after
        if call.name:
            self.born[call.name] = call.born or call.name
        for name, found in heard.ids.items():
            self.learn(call.dialect, name, found)
        count("steps of the state machine")
        return outcome

    def learn(self, dialect: str, name: str, image_id: str) -> None:
        for spoken in BY_UUID if dialect in BY_UUID else (dialect,):
            assert self.ids.setdefault((spoken, self.born[name]), image_id) == image_id, (dialect, name, image_id)

    def targeted(self, verb: Verb, dialect: str, tenant: str, place: int, **facts: str) -> None:
        """Make a call for one of the images whose id in the dialect is known, deleted ones included."""
        known = sorted(born for spoken, born in self.ids if spoken == dialect)
        if not known:
            return
        born = known[place % len(known)]
        slot = born.rpartition(".")[0]
        held = self.slots[slot].image
        if dialect == DEVOPS and held is not None and held.home == DEVOPS:
            born = held.born  # its clients mean whichever image has the id
        if verb is Verb.RENAME:
            facts = {"name": f"{slot}.{len(self.born)}"}
        self.called(Call(verb, dialect, tenant, slot, born, **facts), self.ids[dialect, born])

    @initialize(tenant=tenants)
    def begin(self, tenant: str) -> None:
        """Start with an image created through each dialect."""
        for dialect in DIALECTS:
            self.create(dialect, tenant, 0)
            self.check_list(dialect, tenant)

    @rule(dialect=dialects, tenant=tenants, number=st.integers(0, CHOSEN - 1))
    def create(self, dialect: str, tenant: str, number: int) -> None:
        fresh = f"new-{len(self.born)}"
        chosen = {GLANCE: f"glance-{number}", GLANCE_2: f"glance-{number}", SCALEWAY: fresh, QINGCLOUD: fresh}
        slot = chosen.get(dialect, f"{dialect}-{tenant[:4]}-{number}")
        self.called(Call(Verb.CREATE, dialect, tenant, slot, name=f"{slot}.{len(self.born)}"))

    @rule(dialect=dialects, tenant=tenants, place=places)
    def rename(self, dialect: str, tenant: str, place: int) -> None:
        self.targeted(Verb.RENAME, dialect, tenant, place)

    @rule(
        verb=st.sampled_from([Verb.PUBLISH, Verb.WITHDRAW]),
        dialect=st.sampled_from(BY_UUID),
        tenant=tenants,
        place=places,
    )
    def change_visibility(self, verb: Verb, dialect: str, tenant: str, place: int) -> None:
        self.targeted(verb, dialect, tenant, place)

    @rule(
        verb=st.sampled_from([Verb.SHARE, Verb.UNSHARE]),
        dialect=st.sampled_from([GLANCE, GLANCE_2]),
        tenant=tenants,
        place=places,
        member=tenants,
    )
    def change_members(self, verb: Verb, dialect: str, tenant: str, place: int, member: str) -> None:
        self.targeted(verb, dialect, tenant, place, member=member)

    @rule(verb=st.sampled_from([Verb.ACCEPT, Verb.REJECT]), tenant=tenants, place=places)
    def answer(self, verb: Verb, tenant: str, place: int) -> None:
        self.targeted(verb, GLANCE_2, tenant, place, member=tenant)

    @rule(verb=st.sampled_from(OF_GLANCE_2), tenant=tenants, place=places)
    def change_otherwise(self, verb: Verb, tenant: str, place: int) -> None:
        self.targeted(verb, GLANCE_2, tenant, place)

    @rule(dialect=dialects, tenant=tenants, place=places)
    def delete(self, dialect: str, tenant: str, place: int) -> None:
        self.targeted(Verb.DELETE, dialect, tenant, place)

    @rule(dialect=dialects, tenant=tenants, place=places)
    def show(self, dialect: str, tenant: str, place: int) -> None:
        self.targeted(Verb.SHOW, dialect, tenant, place)

    @invariant()
    def lists_are_the_models(self) -> None:
        """Check the lists of all dialects, for the next tenant, after every second step."""
        tenant = next(self.readers)
        if tenant is None:
            return
        for dialect in DIALECTS:
            self.check_list(dialect, tenant)
        self.check_list(GLANCE_2, tenant, Verb.SEARCH)

    def check_list(self, dialect: str, tenant: str, verb: Verb = Verb.LIST) -> None:
        call = Call(verb, dialect, tenant)
        heard = self.speaker.ask(call)
        expected = sorted(name for slot in self.slots.values() for name in names_read(slot, call))
        assert heard.reply == Reply(frozenset({Outcome.DONE}), tuple(expected)), call
        assert heard.total in {None, len(expected)}, (dialect, tenant, heard)
        for name, image_id in heard.ids.items():
            self.learn(dialect, name, image_id)

    def teardown(self) -> None:
        assert not self.speaker.differences()
        for tenant in TENANTS:
            for dialect in PAGES:
                self.check_pages(dialect, tenant)

    def check_pages(self, dialect: str, tenant: str) -> None:
        """The pages, joined, must be the list, in its order."""
        joined: list[str] = []
        number, last = 1, None
        while page := self.speaker.page(tenant, dialect, PAGE, number, last):
            joined += [name for _, name in page]
            number, last = number + 1, page[-1][0]
        whole = self.speaker.page(tenant, dialect, 100, 1, None)
        assert joined == [name for _, name in whole], (dialect, tenant)


def forget_images() -> None:
    """Empty all tables except those of tokens and references."""
    for model in MODELS:
        if model not in LASTING:
            items: list[Any] = list(model.scan())
            with model.batch_write() as batch:
                for item in items:
                    batch.delete(item)
