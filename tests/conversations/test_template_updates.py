"""Templates change by webhook. Which row, and in which order, is tested where their action is (C13, C23; facts §6)."""

from __future__ import annotations

from typing import Any

from conversations import account_words, clock
from conversations.models import Template, TemplateSync
from tests.conversations.test_account_updates import Json, tell
from tests.desk import Desk


def template(desk: Desk, **values: Any) -> Template:
    return Template.objects.create(
        **{"channel": desk.channel, "meta_id": "77", "name": "ritiro", "language": "it", "status": "APPROVED", **values}
    )


def about_template(**more: Any) -> Json:
    names = {"message_template_id": 77, "message_template_name": "ritiro", "message_template_language": "it"}
    return {**names, **more}


def test_a_template_is_paused_rejected_and_approved_by_webhook(desk: Desk) -> None:
    row = template(desk)
    pause = about_template(
        event="PAUSED", reason="NONE", other_info={"title": "FIRST_PAUSE", "description": "Low quality"}
    )
    assert tell(desk, "message_template_status_update", pause, ago=30).outcome == "applied"
    row.refresh_from_db()
    assert (row.status, row.reason) == ("PAUSED", "")
    assert row.paused_until is not None
    advice = {"reason": "Variables side by side.", "recommendation": "Put words between them."}
    rejected = about_template(event="REJECTED", reason="INVALID_FORMAT", rejection_info=advice)
    told = tell(desk, "message_template_status_update", rejected, ago=20)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("REJECTED", "INVALID_FORMAT")
    assert row.recommendation == "Variables side by side. Put words between them."
    assert "ritiro (it)" in account_words.sentences(told.news)
    late = tell(desk, "message_template_status_update", about_template(event="APPROVED", reason="NONE"), ago=25)
    row.refresh_from_db()
    assert (late.outcome, row.status) == ("noted", "REJECTED")


def test_quality_category_and_texts_of_a_template(desk: Desk) -> None:
    row = template(desk, category="UTILITY", components=[{"type": "BODY", "text": "Ciao {{1}}"}])
    tell(
        desk,
        "message_template_quality_update",
        about_template(new_quality_score="YELLOW", previous_quality_score="GREEN"),
    )
    coming = int(clock.now().timestamp()) + 86400
    before = {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": coming}
    tell(desk, "template_category_update", about_template(**before), ago=20)
    row.refresh_from_db()
    assert (row.quality, row.category, row.next_category) == ("YELLOW", "UTILITY", "MARKETING")
    tell(
        desk, "template_category_update", about_template(new_category="MARKETING", previous_category="UTILITY"), ago=10
    )
    texts = {"message_template_element": "Salve {{1}}", "message_template_title": "Ritiro"}
    tell(desk, "message_template_components_update", about_template(**texts))
    row.refresh_from_db()
    assert (row.category, row.next_category) == ("MARKETING", "")
    assert [part["text"] for part in row.components] == ["Ritiro", "Salve {{1}}"]


def test_a_template_nobody_knows_has_the_account_read_anew(desk: Desk) -> None:
    tell(desk, "message_template_status_update", about_template(event="APPROVED", reason="NONE"))
    assert TemplateSync.objects.filter(channel=desk.channel, due_at__isnull=False).exists()
