"""Whatever Meta (or anybody with its secret) writes: nothing raises, nothing is lost, nothing takes its neighbours with it (C13)."""

from __future__ import annotations

import copy
import json
import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.whatsapp import json_text
from conversations.whatsapp.parser import NotAWebhook, parse
from conversations.whatsapp.payloads import (
    AccountChange,
    EditChange,
    IdentityChange,
    InboundMessage,
    ReactionChange,
    RevokeChange,
    StatusUpdate,
)
from tests.conversations import wire


def updates(body: Any) -> list[Any]:
    return [item.update for item in parse(body)]


def of_messages(*messages: Any, **more: Any) -> list[Any]:
    return updates(wire.body(wire.value(contacts=[wire.contact()], messages=list(messages), **more)))


@pytest.mark.parametrize("kind", sorted(wire.CONTENTS))
def test_every_type_a_person_can_send_becomes_a_message(kind: str) -> None:
    (update,) = of_messages(wire.message(kind))
    assert isinstance(update, InboundMessage)
    assert update.type == kind
    assert update.sender.wa_id == wire.ASHA
    assert update.sender.profile_name == "Asha"
    has_file = kind in {"image", "video", "audio", "document", "sticker"}
    assert bool(update.media) == has_file


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "Buongiorno, vorrei fare un reso"),
        ("image", "La tazza rotta"),
        ("location", "Bottega · Via Po 1"),
        ("contacts", "Bianca Neri"),
        ("button", "Sì, confermo"),
        ("interactive", "Reso"),
        ("order", "per favore"),
    ],
)
def test_people_read_the_words_of_a_message(kind: str, text: str) -> None:
    (update,) = of_messages(wire.message(kind))
    assert update.text == text


def test_a_flow_answer_with_invalid_json_is_kept_as_it_came() -> None:
    for answer in ["{not json", "", None, 7, {"a": 1}, "[" * 100_000, '{"x": NaN}']:
        inner = {"name": "flow", "body": "Sent", "response_json": answer}
        (update,) = of_messages(wire.message("interactive", {"type": "nfm_reply", "nfm_reply": inner}))
        assert update.text == "Sent"
        assert update.content["response"] in (None, {"x": None})


def test_a_flow_answer_holds_nothing_a_database_refuses() -> None:
    inner = {"name": "flow", "response_json": '{"name": "a\\u0000b\\ud800", "n": 1e999}'}
    (update,) = of_messages(wire.message("interactive", {"type": "nfm_reply", "nfm_reply": inner}))
    assert update.content["response"] == {"name": "ab?", "n": None}


def test_an_interactive_answer_may_lack_its_body() -> None:
    message = wire.message("interactive")
    del message["interactive"]
    (update, errors) = of_messages(message, errors=[{"code": 131000}])
    assert isinstance(update, InboundMessage)
    assert isinstance(errors, AccountChange)


@pytest.mark.parametrize("kind", ["ephemeral", "request_welcome", "poll_creation", "", "text "])
def test_a_type_nobody_knows_is_still_a_message(kind: str) -> None:
    (update,) = of_messages({**wire.message(), "type": kind})
    assert isinstance(update, InboundMessage)


@pytest.mark.parametrize("broken", [None, 7, "words", [], [1], {"body": ["a"]}, {"body": None}, True])
@pytest.mark.parametrize("kind", sorted(wire.CONTENTS))
def test_a_message_with_a_broken_body_is_still_a_message(kind: str, broken: Any) -> None:
    (update,) = of_messages({**wire.message(kind), kind: broken})
    assert isinstance(update, InboundMessage)


@pytest.mark.parametrize(
    "timestamp",
    ["", "soon", None, [], True, "-5", "0", "99999999999999999999999", 10**30, "1e9", 1.5e12, "1763700000000"],
)
def test_a_message_without_a_sensible_time_is_kept_and_the_others_go_on(timestamp: Any) -> None:
    kept, good = of_messages({**wire.message(), "timestamp": timestamp}, wire.message())
    assert isinstance(kept, AccountChange)
    assert kept.event == "not_understood"
    assert isinstance(good, InboundMessage)


@pytest.mark.parametrize("sender", ["", "abc", "+", "user.4f2a", "…", "1" * 60])
def test_what_is_no_phone_number_is_nobodys(sender: str) -> None:
    message = {**wire.message(sender=""), "from": sender}
    (kept,) = updates(wire.body(wire.value(messages=[message])))
    assert isinstance(kept, AccountChange)


def test_an_item_that_is_no_object_is_kept() -> None:
    found = of_messages("hello", None, 7, [1], wire.message())
    assert [type(one).__name__ for one in found] == ["AccountChange"] * 4 + ["InboundMessage"]


def test_sender_is_matched_by_id_never_by_position() -> None:
    contacts = [wire.contact("393339999999", "Bruno"), wire.contact(wire.ASHA, "Asha", wire.ASHA_ID, "@asha")]
    (update,) = updates(wire.body(wire.value(contacts=contacts, messages=[wire.message()])))
    assert (update.sender.profile_name, update.sender.user_id, update.sender.username) == ("Asha", wire.ASHA_ID, "asha")


def test_an_empty_phone_is_no_phone() -> None:
    message = {**wire.message(sender=""), "from": "", "from_user_id": wire.ASHA_ID}
    (update,) = updates(wire.body(wire.value(contacts=[wire.contact("", "Asha", wire.ASHA_ID)], messages=[message])))
    assert (update.sender.wa_id, update.sender.user_id) == ("", wire.ASHA_ID)


def test_reactions_and_their_removal_in_both_forms() -> None:
    content: list[dict[str, str]] = [
        {"message_id": "w", "emoji": "👍"},
        {"message_id": "w", "emoji": ""},
        {"message_id": "w"},
    ]
    found = of_messages(*[wire.message("reaction", one) for one in content])
    assert [one.emoji for one in found if isinstance(one, ReactionChange)] == ["👍", "", ""]


def test_edits_and_deletions() -> None:
    edit = {"original_message_id": "w", "message": {"type": "text", "text": {"body": "nuovo"}, "context": {"id": "v"}}}
    found = of_messages(wire.message("edit", edit), wire.message("revoke", {"original_message_id": "w"}))
    assert isinstance(found[0], EditChange)
    assert found[0].text == "nuovo"
    assert isinstance(found[1], RevokeChange)


def test_numbers_and_user_ids_that_change() -> None:
    number = wire.message("system", {"type": "user_changed_number", "wa_id": "393338888888", "user_id": "IT.2"})
    user_id = wire.message("system", {"type": "user_changed_user_id", "user_id": "IT.3"}, from_user_id="IT.2")
    first, second = of_messages(number, user_id)
    assert isinstance(first, IdentityChange)
    assert (first.kind, first.old, first.new, first.also_user_id) == ("wa_id", wire.ASHA, "393338888888", "IT.2")
    assert isinstance(second, IdentityChange)
    assert (second.kind, second.old, second.new) == ("bsuid", "IT.2", "IT.3")


def test_a_system_message_is_no_message_of_a_person() -> None:
    (update,) = of_messages(wire.message("system", {"type": "customer_identity_changed", "body": "…"}))
    assert isinstance(update, AccountChange)
    assert update.event == "system"


def test_the_past_is_told_apart_from_new_messages() -> None:
    ours = {**wire.message(sender="390655500"), "history_context": {"status": "READ"}}
    threads = [{"id": wire.ASHA, "messages": [wire.message(), ours]}]
    chunk = wire.value(history=[{"metadata": {"phase": 0, "progress": 10}, "threads": threads}])
    late_file = wire.value(messages=[wire.message("image")])
    kept, first, second, files, third = updates(wire.body(chunk, late_file, field="history"))
    assert [one.is_history for one in (first, second, third)] == [True] * 3
    assert [one.is_echo for one in (first, second, third)] == [False, True, False]
    assert (first.sender.wa_id, second.sender.wa_id, second.status) == (wire.ASHA, wire.ASHA, "read")
    assert [kept.news[0].matter, files.news[0].matter] == ["history", "history_files"]
    assert "body" not in str(kept.data)


def test_a_status_with_an_endless_error_code_fits_its_column() -> None:
    error = {"code": "9" * 100, "title": "T" * 1000}
    (update,) = updates(wire.body(wire.value(statuses=[wire.status("w", "failed", errors=[error])])))
    assert isinstance(update, StatusUpdate)
    assert len(update.error_code) <= 40
    assert len(update.error_detail) <= 500


@pytest.mark.parametrize("body", [None, [], "x", 7, {}, {"entry": None}, {"entry": "x"}, {"entry": {}}])
def test_what_is_no_webhook_says_so(body: Any) -> None:
    with pytest.raises(NotAWebhook):
        updates(body)


@pytest.mark.parametrize("field", ["calls", "", "x" * 500, "flows"])
def test_a_field_nobody_knows_is_kept(field: str) -> None:
    (update,) = updates(wire.body({"anything": 1}, field=field))
    assert isinstance(update, AccountChange)
    assert len(update.field) <= 60


# --- at random --------------------------------------------------------------------------------------------------------------

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(10**20, 10**40), st.floats(), st.text(max_size=20),
    st.text("9", min_size=15, max_size=300), st.just([]), st.just({}), st.just([None]), st.just({"id": []}), st.just([[]]), st.just([{}]),
)  # fmt: skip


ACCOUNT: dict[str, dict[str, Any]] = {
    "account_update": {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": "X", "expiration": wire.T0}],
    },
    "account_alerts": {"entity_type": "BUSINESS", "alert_info": {"alert_severity": "CRITICAL", "alert_type": "X"}},
    "business_capability_update": {"max_daily_conversations_per_business": "TIER_2K", "max_phone_numbers_per_waba": 25},
    "phone_number_quality_update": {"display_phone_number": "1", "event": "FLAGGED", "current_limit": "TIER_50"},
    "phone_number_name_update": {"display_phone_number": "1", "decision": "APPROVED", "requested_verified_name": "X"},
    "message_template_status_update": {
        "event": "PAUSED",
        "message_template_id": 7,
        "other_info": {"title": "FIRST_PAUSE"},
    },
    "template_category_update": {
        "message_template_id": 7,
        "new_category": "UTILITY",
        "category_update_timestamp": wire.T0,
    },
}


def everything() -> dict[str, Any]:
    messages = [wire.message(kind) for kind in wire.CONTENTS]
    messages += [
        wire.message("reaction", {"message_id": "w", "emoji": "👍"}),
        wire.message("edit", {"original_message_id": "w", "message": {"type": "text", "text": {"body": "n"}}}),
        wire.message("revoke", {"original_message_id": "w"}),
        wire.message("system", {"type": "user_changed_number", "wa_id": "393338888888"}),
        wire.message("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}),
        wire.message(context={"id": "w", "from": "1", "referred_product": {"catalog_id": "1"}}),
        wire.message(referral={"source_type": "ad", "ctwa_clid": "x"}),
        wire.message(group_id="Y2F", sender="393330000002"),
    ]
    statuses = [wire.status("w", kind, pricing={"billable": True}, errors=[{"code": 1}]) for kind in ("sent", "failed")]
    echo = {"to": wire.ASHA, "id": "w9", "timestamp": str(wire.T0), "type": "text", "text": {"body": "x"}}
    chunk = {"metadata": {"phase": 0}, "threads": [{"id": "1", "messages": [wire.message()]}]}
    body = wire.body(wire.value(contacts=[wire.contact()], messages=messages, statuses=statuses))
    entry = body["entry"][0]["changes"]
    entry.append({"field": "smb_message_echoes", "value": wire.value(message_echoes=[echo])})
    entry.append({"field": "history", "value": wire.value(history=[chunk])})
    entry.append(
        {"field": "user_id_update", "value": {"user_id": {"previous": "IT.1", "current": "IT.2"}, "timestamp": wire.T0}}
    )
    entry.append({"field": "group_lifecycle_update", "value": wire.value(groups=[{"type": "group_create"}])})
    people = {
        "group_id": "g",
        "timestamp": str(wire.T0),
        "type": "group_participants_add",
        "added_participants": [{"wa_id": wire.ASHA}],
    }
    entry.append({"field": "group_participants_update", "value": wire.value(groups=[people])})
    wish = {"wa_id": wire.ASHA, "category": "marketing_messages", "value": "stop", "timestamp": wire.T0}
    entry.append({"field": "user_preferences", "value": wire.value(user_preferences=[wish])})
    card: dict[str, Any] = {"type": "contact", "action": "add", "metadata": {"timestamp": "1764000000"}}
    card["contact"] = {"full_name": "Asha", "phone_number": wire.ASHA}
    entry.append({"field": "smb_app_state_sync", "value": wire.value(state_sync=[card])})
    call = {
        "id": "wacid.1",
        "from": wire.ASHA,
        "event": "terminate",
        "timestamp": str(wire.T0),
        "direction": "USER_INITIATED",
    }
    entry.append({"field": "calls", "value": wire.value(calls=[call])})
    for field, value in ACCOUNT.items():
        entry.append({"field": field, "value": value})
    return body


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else []
    return [path, *[found for key, child in children for found in places(child, (*path, key))]]


def mutate(body: Any, junk: Any, seed: int) -> tuple[Any, tuple[Any, ...]]:
    """A copy with one random place taken out or replaced by junk."""
    body, dice = copy.deepcopy(body), random.Random(seed)
    path = dice.choice([place for place in places(body) if len(place) >= 1])
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    if dice.random() < 0.3:
        del parent[path[-1]]
    else:
        parent[path[-1]] = junk
    return body, path


@given(junk=JUNK, seed=st.integers(0, 10**9))
def test_one_broken_place_never_costs_its_neighbours(junk: Any, seed: int) -> None:
    whole = everything()
    broken, path = mutate(whole, junk, seed)
    try:
        found = updates(broken)
    except NotAWebhook:
        assert path == ("entry",)
        return
    kept_whole = len(path) > 6  # inside one message or status: entry, 0, changes, 0, value, messages, n, …
    if kept_whole:
        assert len(found) >= len(updates(whole)) - 1
    for update in found:
        json.dumps(getattr(update, "content", {}))


@given(
    st.recursive(
        JUNK, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    )
)
def test_any_json_at_all_is_either_read_or_refused(body: Any) -> None:
    for wrapped in (
        body,
        {"entry": body},
        {"entry": [{"changes": body}]},
        wire.body(wire.value(messages=body, statuses=body)),
    ):
        try:
            updates(wrapped)
        except NotAWebhook:
            assert wrapped is body or wrapped == {"entry": body}


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b'"a\\u0000b"', "ab"),
        (b'"\\ud800"', "?"),
        (b'"\\uD83D\\ude00"', "😀"),
        (b'"\xed\xa0\x80"', "���"),
        (b'"\xff"', "�"),
        (b"[NaN, Infinity, -Infinity, 1e999, -1e999]", [None] * 5),
        (b'{"\\u0000k": [{"\\ud83d": 1.5}]}', {"k": [{"?": 1.5}]}),
    ],
)
def test_nothing_is_read_that_a_database_would_refuse(raw: bytes, read: Any) -> None:
    assert json_text.loads(raw) == read


def test_ordinary_numbers_stay_what_they_are() -> None:
    assert json_text.loads(b"[1.5, -0.0, 12345678901234567890, 1e3]") == [1.5, -0.0, 12345678901234567890, 1000.0]
    assert math.isfinite(json_text.loads(b"1e308"))
