"""Sealed words come in whole or not at all, stay as they came, and go without a trace."""

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from tests.cast import NOW, Helper, rows, step_in
from tests.vault.sealed import STORY, Kept, keep, receive, rotate
from tincay.core.sealing import (
    BadEnvelope,
    CannotOpen,
    Identity,
    Recipient,
    Sealed,
    new_key,
    open_sealed,
    recipient_of,
    seal,
)
from tincay.log.actions import Appended, append_leaf, sign_checkpoint
from tincay.log.models import Leaf, Queued
from tincay.people.models import Desk
from tincay.vault.actions import (
    WORDS_LIMIT,
    WRAP_LIMIT,
    CompartmentTaken,
    NewCompartment,
    SealedWrap,
    add_text,
    erase,
    erase_words,
    keep_opening,
)
from tincay.vault.models import Compartment, Opening, SealedText, Wrap
from tincay.vault.queries import recipient

pytestmark = pytest.mark.django_db
JUNK = b"not an age file"


def everything() -> list[int]:
    """How many rows each model of the vault holds."""
    models: Any = apps.get_app_config("vault").get_models()
    return [rows(model).count() for model in models]


def tell(kept: Kept, now: datetime = NOW) -> Appended:
    """A leaf about this report, and its opening sealed to the thread and the receipt."""
    appended = append_leaf(kind="report_received", event={"record": kept.owner.hex}, now=now)
    keep_opening(
        owner=kept.owner,
        number=Opening.objects.of(kept.owner).count() + 1,
        appended=appended,
        thread=recipient(kept.owner, "thread"),
        receipt=recipient_of(kept.receipt),
    )
    return appended


# --- how they come


def test_what_a_phone_sealed_is_kept_byte_for_byte(desk: Desk) -> None:
    kept = Kept()
    sent = kept.compartment("narrative", desk, "Mưa.")
    receive(kept, {"narrative": sent}, sealed_by="operator")
    text = rows(SealedText).get()
    assert (bytes(text.sealed), text.sealed_by) == (sent.sealed[0], "operator")
    assert text.compartment.recipient == sent.recipient
    wraps = [SealedWrap(Recipient(one.recipient), bytes(one.sealed), one.desk) for one in rows(Wrap)]
    assert sorted(wraps, key=lambda one: one.to) == sorted(sent.wraps, key=lambda one: one.to)


def test_each_kind_gets_its_own_key_wraps_and_words(kept: Kept) -> None:
    for kind in ("narrative", "contact", "identity"):
        text = rows(SealedText).get(compartment__owner=kept.owner, compartment__kind=kind)
        assert open_sealed(Sealed(bytes(text.sealed)), kept.keys[kind]).decode() == STORY[kind]
        assert rows(Wrap).filter(compartment=text.compartment).count() == 2


def test_an_empty_thread_gets_its_key_and_no_words(kept: Kept) -> None:
    thread = rows(Compartment).get(owner=kept.owner, kind="thread")
    assert not rows(SealedText).filter(compartment=thread).exists()
    assert rows(Wrap).filter(compartment=thread).count() == 2


@pytest.mark.parametrize("kind", ["narrative", "contact", "identity"])
def test_one_text_that_is_no_age_file_keeps_nothing_of_the_report(desk: Desk, kind: str) -> None:
    kept, before = Kept(), everything()
    sent = {one: kept.compartment(one, desk, words) for one, words in STORY.items()}
    with pytest.raises(BadEnvelope):
        receive(kept, sent | {kind: sent[kind]._replace(sealed=[*sent[kind].sealed, JUNK])})
    assert everything() == before


def test_one_wrap_that_is_no_age_file_keeps_nothing_of_the_report(desk: Desk) -> None:
    kept, before = Kept(), everything()
    sent = kept.compartment("narrative", desk, "Mưa.")
    wraps = [sent.wraps[0], SealedWrap(sent.wraps[1].to, JUNK, None)]
    with pytest.raises(BadEnvelope):
        receive(kept, {"narrative": sent._replace(wraps=wraps)})
    assert everything() == before


def sealed_of_size(size: int) -> bytes:
    """An age file of exactly this many bytes: header, nonce, and one tag for each chunk of 64 KiB."""
    chunks = -(-(size - 184) // (65_536 + 16))
    return seal(bytes(size - 184 - 16 * chunks), new_key()[1])


def test_words_may_be_as_long_as_the_limit_and_not_longer(kept: Kept) -> None:
    add_text(owner=kept.owner, kind="thread", sealed=sealed_of_size(WORDS_LIMIT), sealed_by="browser")
    with pytest.raises(BadEnvelope):
        add_text(owner=kept.owner, kind="thread", sealed=sealed_of_size(WORDS_LIMIT + 1), sealed_by="browser")
    assert rows(SealedText).filter(compartment__kind="thread").count() == 1


def test_a_first_story_is_held_to_the_same_limit(desk: Desk) -> None:
    kept = Kept()
    sent = kept.compartment("narrative", desk, "")
    with pytest.raises(BadEnvelope):
        receive(kept, {"narrative": sent._replace(sealed=[sealed_of_size(WORDS_LIMIT + 1)])})
    receive(kept, {"narrative": sent._replace(sealed=[sealed_of_size(WORDS_LIMIT)])})


def test_a_wrap_has_room_for_a_key_and_none_for_a_story(desk: Desk) -> None:
    kept = Kept()
    sent = kept.compartment("narrative", desk, "Mưa.")
    long, full = (
        [SealedWrap(sent.wraps[0].to, sealed_of_size(size), desk)] for size in (WRAP_LIMIT + 1, WRAP_LIMIT)
    )
    with pytest.raises(BadEnvelope):
        receive(kept, {"narrative": sent._replace(wraps=long)})
    receive(kept, {"narrative": sent._replace(wraps=full)})


def test_a_report_has_one_compartment_of_a_kind_that_takes_words(kept: Kept, desk: Desk) -> None:
    with pytest.raises(CompartmentTaken):
        receive(kept, {"narrative": kept.compartment("narrative", desk, "Mưa.")})
    assert rows(Compartment).filter(owner=kept.owner).count() == len(STORY)


def test_no_two_compartments_have_one_key(kept: Kept) -> None:
    taken = NewCompartment(recipient(kept.owner, "thread"), [], [])
    with pytest.raises(CompartmentTaken):
        receive(Kept(), {"thread": taken})


def test_one_key_is_wrapped_once_for_one_reader(desk: Desk) -> None:
    kept, before = Kept(), everything()
    sent = kept.compartment("narrative", desk, "Mưa.")
    with pytest.raises(IntegrityError):
        receive(kept, {"narrative": sent._replace(wraps=[sent.wraps[0], sent.wraps[0]])})
    assert everything() == before


# --- more words


def test_a_message_is_kept_as_it_came_with_where_it_was_sealed(kept: Kept) -> None:
    sealed = seal(b"Ch\xc3\xa0o.", recipient(kept.owner, "thread"))
    row = add_text(owner=kept.owner, kind="thread", sealed=sealed, sealed_by="server")
    row.refresh_from_db()
    assert (bytes(row.sealed), row.sealed_by, row.compartment.kind) == (sealed, "server", "thread")


def test_new_words_go_to_the_heir_of_a_rotated_compartment(kept: Kept, desk: Desk) -> None:
    rotate(kept, desk, "narrative", "Nắng.")
    sealed = seal(b"x", recipient(kept.owner, "narrative"))
    row = add_text(owner=kept.owner, kind="narrative", sealed=sealed, sealed_by="browser")
    assert row.compartment.current
    assert row.compartment.recipient == recipient_of(kept.keys["narrative"])


def test_new_words_are_sealed_to_the_heirs_key_and_not_to_the_old_one(kept: Kept, desk: Desk) -> None:
    before = recipient(kept.owner, "thread")
    rotate(kept, desk, "thread", "Nắng.")
    assert before != recipient(kept.owner, "thread") == recipient_of(kept.keys["thread"])


def test_a_message_that_is_no_age_file_is_not_kept(kept: Kept) -> None:
    before = everything()
    with pytest.raises(BadEnvelope):
        add_text(owner=kept.owner, kind="thread", sealed=JUNK, sealed_by="browser")
    assert everything() == before


def test_words_for_a_kind_that_the_report_does_not_have_are_refused(kept: Kept) -> None:
    with pytest.raises(Compartment.DoesNotExist):
        add_text(owner=kept.owner, kind="notes", sealed=sealed_of_size(300), sealed_by="browser")


# --- what a leaf says


def test_the_thread_and_the_receipt_open_what_a_leaf_says(kept: Kept) -> None:
    appended = tell(kept)
    row = rows(Opening).get(owner=kept.owner)
    assert row.number == 1
    assert step_in(row, kept.keys["thread"], side="thread").opening.encode() == appended.opening
    assert step_in(row, kept.receipt).opening.encode() == appended.opening


def test_nobody_else_opens_what_a_leaf_says(kept: Kept, desk: Desk, outsider: Helper) -> None:
    tell(kept)
    row = rows(Opening).get(owner=kept.owner)
    keys: list[Identity] = [outsider.key, *(kept.keys[kind] for kind in ("narrative", "contact", "identity"))]
    for sealed, own in ((row.for_thread, kept.receipt), (row.for_receipt, kept.keys["thread"])):
        for key in [*keys, own]:
            with pytest.raises(CannotOpen):
                open_sealed(Sealed(bytes(sealed)), key)


def test_openings_are_read_in_the_order_of_the_log_and_each_report_has_its_own(
    kept: Kept, desk: Desk
) -> None:
    other = keep(desk)
    said = [tell(one).opening for one in (kept, other, kept)]
    opened = [step_in(row, kept.receipt).opening.encode() for row in Opening.objects.of(kept.owner)]
    assert opened == [said[0], said[2]]


def test_no_row_says_which_leaf_an_opening_opens(kept: Kept) -> None:
    appended = tell(kept)
    row = rows(Opening).get(owner=kept.owner)
    stored = b"".join(
        str(value).encode() if not isinstance(value, bytes) else value for value in vars(row).values()
    )
    for told in (
        appended.data,
        appended.leaf_hash,
        appended.data.hex().encode(),
        appended.leaf_hash.hex().encode(),
    ):
        assert told not in stored


# --- how they go


def test_after_erasing_no_row_of_the_vault_tells_of_a_report(desk: Desk) -> None:
    before = everything()
    kept = keep(desk)
    rotate(kept, desk, "narrative", "Nắng.")
    tell(kept)
    assert everything() != before
    erase(owner=kept.owner)
    assert everything() == before


def test_erasing_one_report_leaves_every_other_one_whole(kept: Kept, desk: Desk) -> None:
    tell(kept)
    whole = everything()
    other = keep(desk)
    tell(other)
    erase(owner=other.owner)
    assert everything() == whole
    assert recipient(kept.owner, "thread") == recipient_of(kept.keys["thread"])


def test_the_leaves_of_an_erased_report_stay(kept: Kept) -> None:
    leaf = tell(kept)
    erase(owner=kept.owner)
    assert rows(Queued).filter(data=leaf.data).exists()
    sign_checkpoint(now=NOW)
    assert rows(Leaf).filter(data=leaf.data).exists()


def test_her_words_go_and_the_thread_stays_open_with_every_key(kept: Kept) -> None:
    add_text(owner=kept.owner, kind="thread", sealed=sealed_of_size(300), sealed_by="browser")
    keys = rows(Wrap).count()
    assert erase_words(owner=kept.owner) == 3
    assert [text.compartment.kind for text in rows(SealedText)] == ["thread"]
    assert rows(Wrap).count() == keys


def test_the_words_of_another_report_stay_when_hers_go(kept: Kept, desk: Desk) -> None:
    erase_words(owner=keep(desk).owner)
    assert rows(SealedText).filter(compartment__owner=kept.owner).count() == 3


def test_words_that_are_gone_are_not_counted_again(kept: Kept) -> None:
    erase_words(owner=kept.owner)
    assert erase_words(owner=kept.owner) == 0


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [erase, erase_words])
def test_what_was_erased_leaves_the_write_ahead_log_at_once(kept: Kept, verb: Any) -> None:
    verb(owner=kept.owner)
    name = str(connection.settings_dict["NAME"])
    with open(f"{name}-wal", "rb") as log:
        assert log.read() == b""
