"""Templates: checked and filled before they are sent, and looked at once more when they go (C23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conversations import clock, sweeps
from conversations.actions import messages, templates
from conversations.actor import Actor
from conversations.models import (
    Channel,
    Conversation,
    Message,
    Template,
    TemplateFill,
    Upload,
)
from conversations.queries.templates import content_for, require_usable, values_for
from conversations.templates import refusals, sync
from tests import makers
from tests.conversations.cast import Cast, make_cast
from tests.desk import Desk

READY = "Buongiorno {{1}}, il suo ordine {{2}} è pronto per il ritiro."


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def body(*values: str, **more: Any) -> dict[str, Any]:
    """Meta's object for the template order_ready in Italian."""
    parameters = [{"type": "text", "text": value} for value in values]
    given = {
        "name": "order_ready",
        "language": {"code": "it"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    return {**given, **more}


def refusal(channel: Channel, content: dict[str, Any]) -> refusals.TemplateRefused:
    with pytest.raises(refusals.TemplateRefused) as caught:
        require_usable(channel, content)
    return caught.value


@pytest.fixture
def ready(cast: Cast) -> Template:
    return makers.make_template(cast.channel)


# --- before it is sent ------------------------------------------------------------------------------------------------------


def test_a_fitting_message_reads_as_the_customer_will_read_it(ready: Template) -> None:
    found = require_usable(ready.channel, body("Asha", "4512"))
    assert found == (ready, "Buongiorno Asha, il suo ordine 4512 è pronto per il ritiro.")


@pytest.mark.parametrize(
    ("content", "code", "slot"),
    [
        (body("Asha"), "template_parameters", ""),
        (body("Asha", "4512", "x"), "template_parameters", ""),
        (body("Asha", " "), "template_parameter_empty", "body.2"),
        (body("Asha\n", "4512"), "template_parameter_text", "body.1"),
        (body("Asha", "a\tb"), "template_parameter_text", "body.2"),
        (body("Asha", "a     b"), "template_parameter_text", "body.2"),
        (body("A" * 1000, "4512"), "template_too_long", ""),
        (body("Asha", "4512", components="body"), "template_parameters", ""),
        (body("Asha", "4512", components=[{"type": "tail"}]), "template_parameters", ""),
        (body("Asha", "4512", language={"code": "de"}), "template_unknown", ""),
        (body("Asha", "4512", name="other"), "template_unknown", ""),
    ],
)
def test_each_fault_has_its_code(ready: Template, content: dict[str, Any], code: str, slot: str) -> None:
    found = refusal(ready.channel, content)
    assert (found.code, found.details.get("slot", "")) == (code, slot)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("PENDING", "template_not_approved"),
        ("DRAFT", "template_unknown"),
        ("PAUSED", "template_paused"),
        ("DISABLED", "template_disabled"),
        ("DELETED", "template_gone"),
        ("SOMETHING_NEW", "template_not_approved"),
    ],
)
def test_each_state_has_its_code(ready: Template, status: str, code: str) -> None:
    Template.objects.update(status=status)
    assert refusal(ready.channel, body("Asha", "4512")).code == code


def test_a_flagged_one_may_still_be_sent(ready: Template) -> None:
    Template.objects.update(status="FLAGGED")
    assert require_usable(ready.channel, body("Asha", "4512")).template == ready


def test_a_header_s_upload_is_of_its_kind(ready: Template, cast: Cast) -> None:
    header = {"type": "HEADER", "format": "IMAGE"}
    Template.objects.update(components=[header, {"type": "BODY", "text": "Ecco il suo vaso."}])
    kinds: Any = {"kind": "document", "sha256": "ab" * 32, "content_type": "application/pdf", "size": 1}
    upload = Upload.objects.create(**kinds, by=cast.ben, created_at=clock.now())

    def sent(file: Any) -> dict[str, Any]:
        return body(components=[{"type": "header", "parameters": [{"type": "image", "image": file}]}])

    for wrong in ({"upload": upload.pk}, {"upload": 0}, {"upload": "1"}, {"upload": 1, "id": "2"}, {}, None):
        assert refusal(ready.channel, sent(wrong)).code == "template_header"
    Upload.objects.update(kind="image")
    assert require_usable(ready.channel, sent({"upload": upload.pk})).text == "Ecco il suo vaso."


# --- while it waits to be sent ----------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(desk: Desk) -> Message:
    """A template in the outbox, not sent yet."""
    desk.customer("Asha").writes("È pronto?")
    desk.settle()
    sync.sync_account(desk.channel.waba_id)
    asked: Any = {"conversation": Conversation.objects.get(), "by": Actor.system("test"), "origin": "campaign"}
    return messages.queue(**asked, type_="template", content=body("Asha", "4512"))


def test_a_template_paused_meanwhile_holds_its_messages_until_the_pause_is_over(desk: Desk, waiting: Message) -> None:
    now, row = clock.now(), Template.objects.get(name="order_ready", language="it")
    which: Any = {"waba_id": desk.channel.waba_id, "meta_id": row.meta_id}
    templates.update_status(**which, status="PAUSED", title="FIRST_PAUSE", at=now)
    desk.settle()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.hold_code) == ("held", "template_paused")
    assert waiting.not_before == now + timedelta(hours=3)
    templates.update_status(**which, status="APPROVED", title="UNPAUSE", at=now + timedelta(seconds=1))
    sweeps.sweep()
    desk.settle()
    waiting.refresh_from_db()
    assert waiting.status == "read"


def test_a_template_disabled_meanwhile_fails_its_messages_in_words(desk: Desk, waiting: Message) -> None:
    templates.disable(template=Template.objects.get(name="order_ready", language="it"), at=clock.now())
    desk.settle()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == ("failed", "template_disabled")
    assert waiting.attempts.count() == 0, "Meta was not asked"


# --- filled from the conversation -------------------------------------------------------------------------------------------


def test_values_come_from_where_admin_says(ready: Template, cast: Cast) -> None:
    TemplateFill.objects.create(template=ready, slot="body.1", source="contact_first_name", text="cliente")
    values, asked = values_for(ready, conversation=cast.talk)
    assert (values, asked) == ({"body.1": "Asha"}, ["body.2"])
    with pytest.raises(refusals.TemplateParameterEmpty):
        content_for(ready, conversation=cast.talk)
    assert content_for(ready, conversation=cast.talk, given={"body.2": "4512"}) == body("Asha", "4512")
    TemplateFill.objects.create(template=ready, slot="body.2", source="conversation_number")
    assert content_for(ready, conversation=cast.talk) == body("Asha", str(cast.talk.pk))
    with pytest.raises(refusals.TemplateParameters):
        content_for(ready, conversation=cast.talk, given={"body.3": "x"})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("contact_name", "Asha Verdi"),
        ("contact_number", "+393331234567"),
        ("agent_name", "Ben"),
        ("channel_name", "Tramontana"),
        ("fixed", "sempre"),
    ],
)
def test_each_source(ready: Template, cast: Cast, source: str, value: str) -> None:
    cast.ben.first_name = "Ben"
    TemplateFill.objects.create(template=ready, slot="body.1", source=source, text="sempre")
    assert values_for(ready, conversation=cast.talk, agent=cast.ben)[0]["body.1"] == value


def test_a_name_that_nobody_knows_gives_way_to_the_text(ready: Template, cast: Cast) -> None:
    cast.asha.profile_name = "🌸\n"
    cast.talk.contact = cast.asha
    TemplateFill.objects.create(template=ready, slot="body.1", source="contact_first_name", text="gentile cliente")
    assert values_for(ready, conversation=cast.talk)[0]["body.1"] == "gentile cliente"
