"""Every given webhook, signed and posted to the real door: nothing parked, the right rows (facts §2–§6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conversations import clock
from conversations.ingest import process, run
from conversations.models import (
    AccountUpdate,
    Attachment,
    Channel,
    Consent,
    Contact,
    Conversation,
    Delivery,
    EarlyStatus,
    Event,
    Group,
    Identity,
    Message,
    MessageStatus,
    Origin,
    ParkedStep,
)
from tests import makers
from tests.desk import Desk

pytestmark = pytest.mark.contracts

Check = Callable[[], None]


def message(kind: str, text: str, *, files: int = 0, **content: Any) -> Check:
    """One inbound message that people can read, with these parts in its content."""

    def check() -> None:
        row = Message.objects.inbound().get()
        assert (row.type, row.text, row.status) == (kind, text, MessageStatus.RECEIVED)
        assert row.sender_contact is not None
        assert Attachment.objects.filter(message=row).count() == files
        for key, value in content.items():
            assert row.payload[key] == value, key
        assert Conversation.objects.get().last_message == row
        assert row.step_due_at is None, "the pipeline has seen it"

    return check


def status(kind: str, *, code: str = "", priced: bool = False) -> Check:
    """Its message is there (made beforehand) and stands at this status."""

    def check() -> None:
        row = Message.objects.outbound().get()
        assert (row.status, row.error_code) == (kind, code)
        assert bool(row.pricing) == priced
        assert not EarlyStatus.objects.exists()

    return check


def tried_again_tomorrow() -> None:
    row = Message.objects.outbound().get()
    assert (row.status, row.error_code) == ("queued", "131049")
    assert row.retry_at is not None
    assert row.retry_at > clock.machine_now() + timedelta(hours=20)


def account(field: str, event: str = "", **data: Any) -> Check:
    """Stored and visible, with the number's channel when it can be told."""

    def check() -> None:
        row = AccountUpdate.objects.get()
        assert (row.field, row.event) == (field, event)
        assert row.channel is not None
        for key, value in data.items():
            assert row.data[key] == value
        assert Event.objects.filter(kind="account.updated").count() == 1

    return check


def reaction_waits() -> None:
    assert EarlyStatus.objects.get().status.startswith("reaction:")
    assert not Message.objects.exists()


def named_in_the_business_app() -> None:
    assert Contact.objects.get().shown_name == "Pablo Morales"
    assert AccountUpdate.objects.get().outcome == "applied"


def wished() -> None:
    row = Consent.objects.get()
    assert (row.state, row.contact.identities.get().value) == ("opt_in", "16505551234")


def grouped() -> None:
    row = Group.objects.get()
    assert (row.subject, row.participants.present().count()) == ("your-group-subject", 2)


def joined() -> None:
    assert Group.objects.get().participants.get().contact.username == "pablomorales"


def renumbered() -> None:
    assert AccountUpdate.objects.get().event == "identity_of_nobody"
    assert not Message.objects.exists()


def in_group() -> None:
    row = Message.objects.inbound().get()
    assert row.conversation.group is not None
    assert row.conversation.contact is None
    assert row.sender_contact is not None


def echoed() -> None:
    row = Message.objects.outbound().get()
    assert (row.origin, row.status, row.type) == (Origin.PHONE, MessageStatus.SENT, "text")
    assert row.conversation.contact is not None


def history() -> None:
    rows = Message.objects.order_by("timestamp", "pk")
    assert sorted((row.direction, row.status, row.type) for row in rows) == [
        ("inbound", "received", "text"),
        ("outbound", "delivered", "text"),
        ("outbound", "played", "media_placeholder"),
        ("outbound", "read", "text"),
    ]
    assert set(Conversation.objects.values_list("status", "is_imported", "unread")) == {("resolved", True, 0)}
    assert Channel.objects.get().history_progress == 55
    assert not Event.objects.filter(kind__in=["message.received", "contact.created"]).exists()


def by_user_id_too() -> None:
    contact = Contact.objects.get()
    assert set(contact.identities.values_list("kind", flat=True)) == {Identity.Kind.BSUID, Identity.Kind.WA_ID}
    assert Message.objects.inbound().count() == 1


def some_message(kind: str, *, files: int = 0, **content: Any) -> Check:
    """As `message`, whatever its words."""

    def check() -> None:
        message(kind, Message.objects.inbound().get().text, files=files, **content)()

    return check


MUST: dict[str, Check] = {
    "in_text.json": some_message("text"),
    "in_text_referred_product.json": some_message("text"),
    "in_text_ctwa_referral_image.json": some_message("text"),
    "in_text_phone_and_bsuid.json": by_user_id_too,
    "in_image.json": some_message("image", files=1),
    "in_image_with_url.json": some_message("image", files=1),
    "in_audio.json": some_message("audio", files=1),
    "in_voice.json": some_message("audio", files=1, voice=True),
    "in_video.json": some_message("video", files=1),
    "in_document.json": some_message("document", files=1),
    "in_sticker.json": some_message("sticker", files=1),
    "in_location.json": some_message("location"),
    "in_location_reply_to_request.json": some_message("location"),
    "in_contacts.json": some_message("contacts"),
    "in_interactive_list_reply.json": some_message("interactive", type="list_reply"),
    "in_interactive_button_reply.json": some_message("interactive", type="button_reply"),
    "in_interactive_nfm_reply_flow.json": some_message("interactive", type="nfm_reply"),
    "in_call_permission_reply_accept.json": some_message("interactive", type="call_permission_reply"),
    "in_button_template_quick_reply.json": some_message("button"),
    "in_order.json": some_message("order"),
    "in_reply_context.json": some_message("text"),
    "in_forwarded.json": some_message("text"),
    "in_unsupported_131051.json": some_message("unsupported"),
    "in_group_text.json": in_group,
    "in_reaction.json": reaction_waits,
    "in_system_user_changed_number.json": renumbered,
    "err_value_level_130429.json": account("messages"),
    "status_sent_pmp_marketing.json": status("sent", priced=True),
    "status_sent_v24_minimal.json": status("sent"),
    "status_sent_with_biz_opaque_callback_data.json": status("sent", priced=True),
    "status_delivered_cbp_service.json": status("delivered", priced=True),
    "status_delivered_phone_and_bsuid.json": status("delivered", priced=True),
    "status_read.json": status("read", priced=True),
    "status_failed_131049.json": tried_again_tomorrow,
    "template_status_approved.json": account("message_template_status_update", "APPROVED"),
    "template_quality_yellow.json": account("message_template_quality_update", new_quality_score="YELLOW"),
    "template_category_impending.json": account("template_category_update"),
    "template_category_done.json": account("template_category_update"),
    "template_components_update.json": account("message_template_components_update"),
    "account_update_restriction.json": account("account_update", "ACCOUNT_RESTRICTION"),
    "account_update_violation.json": account("account_update", "ACCOUNT_VIOLATION"),
    "account_update_disabled.json": account("account_update", "DISABLED_UPDATE"),
    "account_update_volume_tier.json": account("account_update", "VOLUME_BASED_PRICING_TIER_UPDATE"),
    "account_alerts.json": account("account_alerts"),
    "account_review_update.json": account("account_review_update", "APPROVED"),
    "business_capability_update.json": account("business_capability_update"),
    "phone_number_quality_update_throughput.json": account("phone_number_quality_update", "THROUGHPUT_UPGRADE"),
    "phone_number_name_update.json": account("phone_number_name_update", "APPROVED"),
    "security_pin_reset_request.json": account("security", "PIN_RESET_REQUEST"),
    "user_preferences_resume.json": wished,
    "smb_message_echo_text.json": echoed,
    "smb_app_state_sync.json": named_in_the_business_app,
    "history_threads_chunk.json": history,
    "group_lifecycle_create_with_participants.json": grouped,
    "group_participants_join_invite_link.json": joined,
    "automatic_events_lead.json": account("automatic_events"),
}


def connect(desk: Desk, body: Any) -> None:
    """Channels as the webhook names them, and the messages that its statuses are about."""
    for entry in body["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            number = (value.get("metadata") or {}).get("phone_number_id") or desk.channel.phone_number_id
            Channel.objects.filter(pk=desk.channel.pk).update(phone_number_id=number, waba_id=entry["id"])
            desk.channel.refresh_from_db()
            for one in value.get("statuses", []):
                contact = makers.make_contact(portfolio=desk.channel.portfolio)
                conversation = makers.make_conversation(desk.channel, contact)
                makers.make_outbound(conversation, wamid=one["id"], status=MessageStatus.SENDING, sent_at=None)


@pytest.mark.parametrize("name", sorted(MUST))
def test_a_given_webhook_leaves_the_right_rows(desk: Desk, contracts: Path, name: str) -> None:
    raw = (contracts / "whatsapp-webhooks" / name).read_bytes()
    connect(desk, json.loads(raw))
    for _ in range(2):  # Meta repeats: the second time nothing changes
        assert desk.post(raw).status_code == 200
        process.drain()
        run.run_due()
    assert set(Delivery.objects.values_list("status", "problem")) == {("processed", "")}
    assert not ParkedStep.objects.exists()
    assert not AccountUpdate.objects.filter(event="not_understood").exists()
    MUST[name]()


def test_every_given_webhook_is_in_the_table(contracts: Path) -> None:
    given = {file.name for file in (contracts / "whatsapp-webhooks").glob("*.json")}
    assert given == set(MUST)
