"""Templates as Meta tells of them: its list, and its webhooks in any order (C13, C23)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.actions import template_lists, templates
from conversations.models import Alarm, Channel, Event, Template, TemplateFill, TemplateSync
from conversations.queries.templates import require_sendable
from conversations.templates import refusals, sync
from tests import makers
from tests.conversations.cast import Cast, make_cast, statements
from tests.desk import Desk

READY = "Buongiorno {{1}}, il suo ordine {{2}} è pronto per il ritiro."


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ready(cast: Cast) -> Template:
    return makers.make_template(cast.channel)


# --- read from Meta ---------------------------------------------------------------------------------------------------------


def test_all_pages_are_read_and_a_second_reading_changes_nothing(desk: Desk) -> None:
    assert sync.sync_due() == 10
    row = Template.objects.get(name="order_ready", language="it")
    assert (row.status, row.category, row.parameter_format) == ("APPROVED", "UTILITY", "POSITIONAL")
    assert row.definition.body == READY
    assert TemplateSync.objects.get().count == 10
    assert sync.sync_account(desk.channel.waba_id) == 0
    assert sync.sync_due() == 0, "it is fresh"
    assert not Event.objects.filter(kind="template.changed").exists()


def test_what_vanished_is_marked_and_comes_back(cast: Cast) -> None:
    listed = [{"id": "1", "name": "a", "language": "it", "status": "APPROVED", "category": "UTILITY"}]
    assert template_lists.store(channel=cast.channel, listed=listed, at=clock.now()) == 1
    assert template_lists.store(channel=cast.channel, listed=[], at=clock.now()) == 1
    row = Template.objects.get()
    assert row.refusal == "template_gone"
    assert not Template.objects.usable().exists()
    assert template_lists.store(channel=cast.channel, listed=[], at=clock.now()) == 0
    assert template_lists.store(channel=cast.channel, listed=listed, at=clock.now()) == 1
    assert Template.objects.get().refusal == ""


def test_a_list_of_another_shape_breaks_nothing(cast: Cast) -> None:
    odd: list[Any] = [
        5, {"name": 5, "language": "it"}, {"name": "x" * 513, "language": "it"}, {"name": "a", "language": "it" * 9},
        {"name": "a", "language": "it", "id": ["1"], "status": 7, "category": [], "quality_score": 3, "components": "x"},
        {"name": "b\x00", "language": "it", "components": [{"type": "BODY", "text": "a\x00b"}, 5, {"type": []}]},
    ]  # fmt: skip
    assert template_lists.store(channel=cast.channel, listed=odd, at=clock.now()) == 2
    assert list(Template.objects.order_by("name").values_list("name", "status")) == [("a", "PENDING"), ("b", "PENDING")]
    assert Template.objects.get(name="b").body == "ab"


def test_a_list_of_two_hundred_templates_takes_hardly_more_statements_than_one_of_two(cast: Cast) -> None:
    def store(count: int, status: str) -> int:
        listed = [{"id": str(n), "name": f"t{n}", "language": "it", "status": status} for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            template_lists.store(channel=cast.channel, listed=listed, at=clock.now())
        return len(statements(captured))

    store(1, "PENDING")
    few = store(2, "APPROVED")
    store(200, "PENDING")
    assert store(200, "APPROVED") <= few + 2, "a look at a stamp may fall into it; never one a template"


def test_a_list_that_cannot_be_read_is_told_in_words_and_keeps_what_was_known(desk: Desk) -> None:
    sync.sync_account(desk.channel.waba_id)
    Channel.objects.update(access_token="wrong")
    assert sync.sync_account(desk.channel.waba_id) == 0
    assert sync.problem_of(desk.channel).startswith("WhatsApp does not accept this number's access token")
    assert Template.objects.usable().count() == 10


def test_numbers_of_one_account_share_one_reading(desk: Desk) -> None:
    other = makers.make_channel(waba_id=desk.channel.waba_id, base_url=desk.channel.base_url, access_token="none")
    assert sync.sync_due() == 20
    assert other.templates.count() == 10
    assert TemplateSync.objects.filter(problem_code="").count() == 2


# --- told by webhooks -------------------------------------------------------------------------------------------------------


def told(ready: Template, status: str, at: datetime, **more: Any) -> int:
    return templates.update_status(waba_id=ready.channel.waba_id, meta_id="77", status=status, at=at, **more)


def test_older_news_never_overwrites_newer(ready: Template) -> None:
    now = clock.now()
    assert told(ready, "PAUSED", now, title="FIRST_PAUSE") == 1
    assert told(ready, "APPROVED", now - timedelta(seconds=1)) == 0
    ready.refresh_from_db()
    assert (ready.status, ready.paused_until) == ("PAUSED", now + timedelta(hours=3))
    assert Alarm.objects.get(cleared_at=None).code == "template_stopped"
    assert told(ready, "APPROVED", now + timedelta(hours=3), title="UNPAUSE") == 1
    ready.refresh_from_db()
    assert (ready.status, ready.paused_until) == ("APPROVED", None)
    assert not Alarm.objects.filter(cleared_at=None).exists()
    changes = [event.data for event in Event.objects.filter(kind="template.changed").order_by("pk")]
    assert [(one["was"], one["now"]) for one in changes] == [("APPROVED", "PAUSED"), ("PAUSED", "APPROVED")]


def test_a_list_asked_for_before_the_webhook_does_not_undo_it(ready: Template) -> None:
    asked_at = clock.now() - timedelta(seconds=5)
    told(ready, "DISABLED", clock.now())
    listed = [
        {"id": "77", "name": "order_ready", "language": "it", "status": "APPROVED", "quality_score": {"score": "RED"}}
    ]
    template_lists.store(channel=ready.channel, listed=listed, at=asked_at)
    ready.refresh_from_db()
    assert (ready.status, ready.quality) == ("DISABLED", "RED")


def test_a_clock_that_was_moved_back_does_not_freeze_what_is_known(ready: Template) -> None:
    told(ready, "PAUSED", clock.now() + timedelta(days=3))
    assert told(ready, "APPROVED", clock.now()) == 1


def test_a_rejection_keeps_reason_and_advice(ready: Template) -> None:
    told(ready, "REJECTED", clock.now(), reason="PROMOTIONAL", recommendation="Remove the discount.")
    ready.refresh_from_db()
    with pytest.raises(refusals.TemplateNotApproved, match="Rejected") as caught:
        require_sendable(ready)
    assert "Choose Marketing" in str(caught.value.hint)
    assert ready.recommendation == "Remove the discount."


def test_quality_category_and_components(ready: Template) -> None:
    waba_id, now = ready.channel.waba_id, clock.now()
    assert templates.update_quality(waba_id=waba_id, meta_id="77", quality="yellow", at=now) == 1
    in_a_day = now + timedelta(days=1)
    news: dict[str, Any] = {"category": "UTILITY", "next_category": "MARKETING", "changes_at": in_a_day, "at": now}
    assert templates.update_category(waba_id=waba_id, meta_id="77", **news) == 0
    ready.refresh_from_db()
    assert (ready.category, ready.next_category, ready.category_changes_at) == ("UTILITY", "MARKETING", in_a_day)
    assert templates.update_category(waba_id=waba_id, meta_id="77", category="MARKETING", at=in_a_day) == 1
    buttons = [{"message_template_button_type": "URL", "message_template_button_text": "Vai",
                "message_template_button_url": "https://a.example/{{1}}"}]  # fmt: skip
    words: dict[str, Any] = {"title": "Pronto", "element": "Ordine {{1}} pronto.", "buttons": buttons}
    assert templates.update_components(waba_id=waba_id, meta_id="77", at=now, **words) == 1
    ready.refresh_from_db()
    assert (ready.category, ready.next_category, ready.quality) == ("MARKETING", "", "YELLOW")
    assert ready.definition.header is not None
    assert ready.definition.header.text == "Pronto"
    assert [slot.key for slot in ready.definition.slots] == ["body.1", "button.0"]


def test_news_of_a_template_nobody_knows_asks_for_the_list(cast: Cast) -> None:
    news: dict[str, Any] = {
        "meta_id": "5",
        "name": "fresh",
        "language": "en-US",
        "status": "APPROVED",
        "at": clock.now(),
    }
    assert templates.update_status(waba_id=cast.channel.waba_id, **news) == 0
    assert TemplateSync.objects.get().due_at is not None


def test_news_by_name_finds_the_template_whose_id_is_not_known(ready: Template) -> None:
    Template.objects.update(meta_id="", language="en_US")
    news: dict[str, Any] = {
        "meta_id": "77",
        "name": "order_ready",
        "language": "en-US",
        "status": "PAUSED",
        "at": clock.now(),
    }
    assert templates.update_status(waba_id=ready.channel.waba_id, **news) == 1


def test_metas_refusal_stops_it_on_every_number_of_the_account(ready: Template) -> None:
    other = makers.make_channel(waba_id=ready.channel.waba_id)
    Template.objects.create(channel=other, meta_id="77", name="order_ready", language="it", status="APPROVED")
    assert templates.pause(template=ready, at=clock.now()) == 2
    assert {row.refusal for row in Template.objects.all()} == {"template_paused"}
    assert templates.disable(template=ready, at=clock.now()) == 2


def test_another_language_takes_over_the_sources(ready: Template) -> None:
    TemplateFill.objects.create(template=ready, slot="body.1", source="contact_name")
    english = {"id": "78", "name": "order_ready", "language": "en", "status": "APPROVED"}
    listed = [{**english, "components": [{"type": "BODY", "text": "Hello {{1}}, your order is ready."}]}]
    template_lists.store(channel=ready.channel, listed=listed, at=clock.now())
    assert TemplateFill.objects.get(template__language="en").source == "contact_name"
