"""Templates in admin: written by parts with live rules, submitted, edited, deleted; their values and languages (C23)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conversations import clock
from conversations.access.roles import sync_roles
from conversations.actions import templates as news
from conversations.models import Channel, Event, Template, TemplateFill, TemplateSync
from conversations.templates import sync
from tests import makers
from tests.desk import Desk

ADD = reverse("admin:conversations_template_add")
LIST = reverse("admin:conversations_template_changelist")
PNG = bytes.fromhex("89504e470d0a1a0a") + b"x" * 100


def page_of(name: str, row: Template) -> str:
    return reverse(f"admin:conversations_template_{name}", args=[row.pk])


def signed_in(role: str) -> Client:
    sync_roles()
    client = Client()
    client.force_login(makers.make_person("", role))
    return client


@pytest.fixture
def admin(desk: Desk) -> Client:
    return signed_in("Administrator")


def filled(desk: Desk, **changes: Any) -> dict[str, Any]:
    """What a browser sends from the form."""
    return {
        "channel": desk.channel.pk,
        "name": "vase_ready",
        "language": "it",
        "category": "UTILITY",
        "variables": "POSITIONAL",
        "header_kind": "",
        "header_text": "",
        "header_handle": "",
        "body": "Buongiorno {{1}},\r\nil vaso {{2}} è pronto.",
        "footer": "Bottega",
        "ttl": "3600",
        "example.body.1": "Asha",
        "example.body.2": "blu",
        "button-TOTAL_FORMS": 2,
        "button-INITIAL_FORMS": 0,
        "button-0-kind": "",
        "button-1-kind": "quick_reply",
        "button-1-text": "Grazie",
        "_submit": "",
        **changes,
    }


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_written_submitted_approved(desk: Desk, admin: Client) -> None:
    answer = admin.post(ADD, filled(desk), follow=True)
    row = Template.objects.get()
    assert answer.redirect_chain[-1][0] == page_of("change", row)
    assert "Submitted" in said(answer)
    assert (row.status, row.category, row.ttl_seconds) == ("PENDING", "UTILITY", 3600)
    assert row.meta_id
    assert row.definition.body == "Buongiorno {{1}},\nil vaso {{2}} è pronto."
    assert [button.text for button in row.definition.buttons] == ["Grazie"]
    assert Event.objects.filter(kind="template.submitted", data__template=row.pk).count() == 1
    assert TemplateSync.objects.get().due_at is not None, "the account's other numbers have it too"
    with clock.travel(clock.now() + timedelta(seconds=2)):
        assert sync.sync_due() == 11
    row.refresh_from_db()
    assert row.status == "APPROVED"


def test_what_breaks_a_rule_is_not_submitted_and_nothing_typed_is_lost(desk: Desk, admin: Client) -> None:
    answer = admin.post(ADD, filled(desk, body="{{1}}, il vaso {{2}} è pronto", footer="x" * 61))
    shown = answer.content.decode()
    assert "It may not begin or end with a variable" in shown
    assert "61 characters; WhatsApp takes 60." in shown
    assert "{{1}}, il vaso {{2}} è pronto" in shown
    assert not Template.objects.exists()


def test_a_draft_needs_only_name_and_language(desk: Desk, admin: Client) -> None:
    draft = {**filled(desk, body="{{1}}"), "_save": ""}
    del draft["_submit"]
    assert admin.post(ADD, {**draft, "language": ""}).status_code == 200
    answer = admin.post(ADD, draft, follow=True)
    row = Template.objects.get()
    assert (row.status, row.meta_id) == ("DRAFT", "")
    assert "Kept as a draft" in said(answer)
    assert not Template.objects.usable().exists()
    again = admin.post(page_of("change", row), {**draft, "body": "Il vaso è pronto."}, follow=True)
    row.refresh_from_db()
    assert row.body == "Il vaso è pronto."
    assert "Il vaso è pronto." in again.content.decode()
    assert "There" not in said(admin.post(ADD, draft))
    assert Template.objects.count() == 1, "one of this name and language"
    admin.post(page_of("remove", row))
    assert not Template.objects.exists()


def test_metas_refusal_is_told_in_words_and_the_draft_stays(desk: Desk, admin: Client) -> None:
    sync.sync_due()
    Template.objects.filter(name="order_ready").delete()
    answer = admin.post(ADD, filled(desk, name="order_ready"), follow=True)
    assert "Not submitted; it is kept as a draft." in said(answer)
    assert "already content in this language" in said(answer)
    assert Template.objects.get(name="order_ready").status == "DRAFT"


def test_without_an_answer_the_list_is_asked_for(desk: Desk, admin: Client) -> None:
    Channel.objects.update(base_url="http://127.0.0.1:9")
    assert "could not be reached" in said(admin.post(ADD, filled(desk), follow=True))
    assert Template.objects.get().status == "DRAFT"


def test_a_rejection_shows_its_reason_and_what_to_do(desk: Desk, admin: Client) -> None:
    promotion = "Buongiorno {{1}}, oggi sconto del {{2}} su tutti i vasi."
    admin.post(ADD, filled(desk, body=promotion))
    row = Template.objects.get()
    told: Any = {"reason": "PROMOTIONAL", "recommendation": "Remove promotional content."}
    news.update_status(waba_id=desk.channel.waba_id, meta_id=row.meta_id, status="REJECTED", at=clock.now(), **told)
    shown = admin.get(page_of("change", row)).content.decode()
    for words in ("Rejected", "Choose Marketing", "Remove promotional content.", "submit it again"):
        assert words in shown
    data = filled(desk, category="MARKETING", body=promotion, ttl="")
    assert admin.post(page_of("edit", row), data).status_code == 302
    row.refresh_from_db()
    assert row.category == "MARKETING"
    with clock.travel(clock.now() + timedelta(seconds=2)):
        sync.sync_account(desk.channel.waba_id)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("APPROVED", "")


def test_an_approved_one_is_edited_once_a_day(desk: Desk, admin: Client) -> None:
    sync.sync_due()
    row = Template.objects.get(name="order_ready", language="it")
    better = filled(desk, body="Gentile {{1}}, l'ordine {{2}} è pronto.", ttl="", category="MARKETING")
    assert admin.post(page_of("edit", row), better).status_code == 302
    sync.sync_account(desk.channel.waba_id)
    row.refresh_from_db()
    assert (row.status, row.category, row.body) == ("APPROVED", "UTILITY", "Gentile {{1}}, l'ordine {{2}} è pronto.")
    shown = admin.get(page_of("change", row)).content.decode()
    assert page_of("edit", row) not in shown
    assert "may be edited once in 24 hours" in admin.post(page_of("edit", row), better).content.decode()
    with clock.travel(clock.now() + timedelta(hours=25)):
        assert page_of("edit", row) in admin.get(page_of("change", row)).content.decode()


def test_a_picture_s_sample_goes_up_and_is_looked_at(desk: Desk, admin: Client) -> None:
    def post(content: bytes, name: str) -> Any:
        return admin.post(ADD, filled(desk, header_kind="image", header_sample=SimpleUploadedFile(name, content)))

    assert "This is no file for such a header." in post(b"%PDF-1.7", "vaso.png").content.decode()
    assert "choose a file" in admin.post(ADD, filled(desk, header_kind="image")).content.decode()
    assert not Template.objects.exists()
    assert post(PNG, "vaso.png").status_code == 302
    row = Template.objects.get()
    assert row.status == "PENDING"
    assert row.components[0]["example"]["header_handle"][0].startswith("4:")


def test_while_one_writes_the_rules_and_the_preview_follow(desk: Desk, admin: Client) -> None:
    url = reverse("admin:conversations_template_check")
    found = admin.post(url, filled(desk, body="*Ciao* {{1}}, <b>{{2}}</b> è qui per te oggi {{3}}", name="X")).json()
    assert set(found["problems"]) == {"name", "body", "example.body.3"}
    assert found["keys"] == ["example.body.1", "example.body.2", "example.body.3"]
    assert "<strong>Ciao</strong> Asha, &lt;b&gt;blu&lt;/b&gt;" in found["preview"]
    assert 'name="example.body.3"' in found["examples"]
    assert not Template.objects.exists()


def test_languages_side_by_side_and_one_more(desk: Desk, admin: Client) -> None:
    sync.sync_due()
    italian, english = (Template.objects.get(name="parcel_on_its_way", language=code) for code in ("it", "en"))
    shown = admin.get(page_of("change", italian)).content.decode()
    assert "Buongiorno Asha, il suo pacco è partito oggi" in shown
    assert "Hello Asha, your parcel left today" in shown
    assert page_of("change", english) in shown
    form = admin.get(f"{ADD}?like={italian.pk}").context["page"].form
    assert (form["name"].value(), form["language"].value()) == ("parcel_on_its_way", "")
    assert form["header_text"].value() == "Pacco {{1}} partito"


def test_deleting_asks_first_and_blocks_the_name(desk: Desk, admin: Client) -> None:
    sync.sync_due()
    row = Template.objects.get(name="order_ready", language="it")
    asked = admin.get(page_of("remove", row)).content.decode()
    assert "For 30 days no new template may have this name." in asked
    assert "In every language: it, en" in re.sub(r"\s+", " ", asked)
    assert admin.post(page_of("remove", row)).status_code == 302
    row.refresh_from_db()
    assert row.status == "DELETED"
    assert Template.objects.get(name="order_ready", language="en").status == "APPROVED"
    listed = desk.control(f"templates?phone_number_id={desk.channel.phone_number_id}")["templates"]
    assert [one["language"] for one in listed if one["name"] == "order_ready"] == ["en"]
    other = Template.objects.get(name="reopen_talk", language="it")
    admin.post(page_of("remove", other), {"all_languages": "on"})
    assert set(Template.objects.filter(name="reopen_talk").values_list("status", flat=True)) == {"DELETED"}


def test_where_values_come_from_is_kept_with_its_history(desk: Desk, admin: Client) -> None:
    sync.sync_due()
    row = Template.objects.get(name="order_ready", language="it")
    url = page_of("fills", row)
    admin.post(url, {"source.body.1": "contact_first_name", "text.body.1": "cliente", "source.body.2": "ask"})
    assert TemplateFill.objects.get(template=row, slot="body.1").source == "contact_first_name"
    answer = admin.post(url, {"source.body.1": "fixed", "text.body.1": "", "source.body.2": "ask"}, follow=True)
    assert "Write the text that is always sent." in said(answer)
    admin.post(url, {"source.body.1": "fixed", "text.body.1": "Asha", "source.body.2": "nonsense"})
    fill = TemplateFill.objects.get(template=row, slot="body.1")
    assert fill.history.count() == 1, "nothing of a wrong form is kept"
    admin.post(url, {"source.body.1": "fixed", "text.body.1": "Asha"})
    assert TemplateFill.objects.get(pk=fill.pk).text == "Asha"
    assert fill.history.count() == 2


def test_read_now_says_what_went_wrong(desk: Desk, admin: Client) -> None:
    url = reverse("admin:conversations_template_sync")
    assert "Templates changed: 10." in said(admin.post(url, follow=True))
    Channel.objects.update(access_token="wrong")
    answer = admin.post(url, follow=True)
    assert "does not accept this number's access token" in said(answer)
    for page in (LIST, "/admin/"):
        assert "does not accept this number&#x27;s access token" in admin.get(page).content.decode()


def test_the_list_says_state_and_why(desk: Desk, admin: Client) -> None:
    sync.sync_due()
    row = Template.objects.get(name="order_ready", language="it")
    news.update_status(waba_id=desk.channel.waba_id, meta_id=row.meta_id, status="PAUSED", at=clock.now())
    shown = admin.get(LIST).content.decode()
    assert "Paused" in shown
    assert "after 3 hours the first time" in shown
    assert "paused or disabled a template" in admin.get("/admin/").content.decode()


def test_roles(desk: Desk) -> None:
    sync.sync_due()
    row = Template.objects.get(name="order_ready", language="it")
    editor, agent = signed_in("Editor"), signed_in("Agent")
    assert editor.get(page_of("change", row)).status_code == 200
    assert editor.get(ADD).status_code == 200
    assert editor.get(page_of("remove", row)).status_code == 403
    assert editor.get(page_of("edit", row)).status_code == 200
    for url in (page_of("edit", row), page_of("change", row), ADD, LIST):
        assert agent.get(url).status_code == 302, "agents have no admin"


@pytest.mark.parametrize("components", [None, "x", [{"type": "CAROUSEL", "cards": []}, {"type": 5}], [[]], {}])
def test_a_definition_nobody_understands_breaks_no_page(desk: Desk, admin: Client, components: Any) -> None:
    row = Template.objects.create(
        channel=desk.channel,
        name="odd",
        language="it",
        status="APPROVED",
        components=json.loads(json.dumps(components or [])),
    )
    assert admin.get(page_of("change", row)).status_code == 200
    assert admin.get(LIST).status_code == 200


def test_the_review_s_end_is_followed_by_webhook(desk: Desk, admin: Client) -> None:
    promotion = "Buongiorno {{1}}, oggi sconto del {{2}} su tutti i vasi."
    admin.post(ADD, filled(desk))
    admin.post(ADD, filled(desk, name="promo", body=promotion))
    desk.settle()
    rows = {row.name: row for row in Template.objects.all()}
    assert (rows["vase_ready"].status, rows["promo"].status) == ("APPROVED", "REJECTED")
    assert rows["promo"].reason == "PROMOTIONAL"
    assert "promotional" in rows["promo"].recommendation
    assert "Choose Marketing" in admin.get(page_of("change", rows["promo"])).content.decode()
    assert "WhatsApp rejected the template promo (it)" in admin.get("/admin/").content.decode()
