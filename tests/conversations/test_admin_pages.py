"""Every page of admin opens, for those who may and for nobody else; none needs more queries for more rows (D18, R40)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.access.roles import sync_roles
from conversations.admin.config_admin import ConfigAdmin, ReadOnlyAdmin
from conversations.models import Halt, Tag
from tests import makers
from tests.conversations.cast import Cast, make_cast, signed_in, statements

pytestmark = pytest.mark.django_db

WITHOUT_PAGE = {  # shown inside another's page, or one row of the simulator
    "BudgetMonth",
    "ClockShift",
    "DayTally",
    "DepartmentMember",
    "Identity",
    "MessageVersion",
    "OrderLine",
    "ReachTally",
    "Reached",
    "Reaction",
    "TemplateFill",
    "TemplateSync",
}


@pytest.fixture
def cast() -> Cast:
    sync_roles()
    return make_cast()


def pages() -> list[tuple[str, Any]]:
    models = [
        model
        for model in apps.get_app_config("conversations").get_models()
        if not model.__name__.startswith("Historical")
    ]
    return [(model.__name__, model) for model in models if model.__name__ not in WITHOUT_PAGE]


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_has_a_page_of_the_right_kind() -> None:
    for name, model in pages():
        assert model in admin.site._registry, f"{name} has no page in admin"
        page = admin.site._registry[model]
        assert len(page.list_display) <= 7, f"{name}: at most seven columns"
        configured = isinstance(page, ConfigAdmin)
        assert configured == hasattr(model, "history") or not configured, f"{name}: configuration keeps a history"
        assert configured or isinstance(page, ReadOnlyAdmin) or name == "ApiToken"


def test_lists_and_forms_open(cast: Cast) -> None:
    client = signed_in(cast.admin)
    for name, model in pages():
        assert client.get(address(model, "changelist")).status_code == 200, name
        assert client.get(address(model, "changelist") + "?q=12").status_code == 200, name
        row = admin.site._registry[model].get_queryset(_request(cast.admin)).first()
        if row is not None:
            assert client.get(address(model, "change", row.pk)).status_code == 200, name
        expected = 200 if admin.site._registry[model].has_add_permission(_request(cast.admin)) else 403
        assert client.get(address(model, "add")).status_code == expected, name


def _request(user: Any) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_rows_of_the_message_path_cannot_be_written(cast: Cast) -> None:
    client = signed_in(cast.admin)
    for page in ("change", "delete"):
        url = address(type(cast.hello), page, cast.hello.pk)
        assert client.post(url, {"text": "changed", "post": "yes"}).status_code == 403
    cast.hello.refresh_from_db()
    assert cast.hello.text == "Vorrei fare un reso"


def test_roles(cast: Cast) -> None:
    editor, agent = signed_in(cast.editor), signed_in(cast.ben)
    assert editor.get(address(type(cast.talk), "change", cast.talk.pk)).status_code == 200
    assert editor.get(address(type(cast.channel), "change", cast.channel.pk)).status_code == 200
    assert editor.post(address(type(cast.channel), "change", cast.channel.pk), {"name": "x"}).status_code == 403
    assert editor.get(address(Halt, "add")).status_code == 403
    assert editor.get(address(Tag, "add")).status_code == 200
    assert editor.get(address(Tag, "delete", Tag.objects.create(name="old").pk)).status_code == 403
    assert editor.get(reverse("admin:auth_user_changelist")).status_code == 403
    assert agent.get(address(type(cast.talk), "changelist")).status_code == 302


def test_the_conversation_page_reads_like_a_conversation(cast: Cast) -> None:
    makers.make_outbound(cast.talk, "Le mando l'etichetta", sender_user=cast.ben, status="failed", error_code="131026")
    body = signed_in(cast.admin).get(address(type(cast.talk), "change", cast.talk.pk)).content.decode()
    for words in (
        "Vorrei fare un reso",
        "Le mando l&#x27;etichetta",
        "Carla assigned it",
        "cannot be reached on WhatsApp",
    ):
        assert words in body


def test_the_list_of_conversations_counts_nothing_and_stays_at_its_queries(cast: Cast) -> None:
    client, url = signed_in(cast.admin), address(type(cast.talk), "changelist")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _number in range(20):
        makers.make_inbound(makers.make_conversation(cast.channel, department=cast.returns, assignee=cast.ben))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(statements(many)) == len(statements(few)), statements(many)
    assert not [sql for sql in statements(many) if "COUNT(" in sql and "conversations_conversation" in sql]


def test_home_answers_four_questions(cast: Cast) -> None:
    client = signed_in(cast.admin)
    body = client.get("/admin/").content.decode()
    for question in ("Does it work?", "What is misconfigured?", "What waits?", "Is automation on?"):
        assert question in body
    assert "Tramontana has no default department" in body
    assert "Yes, on every number." in body
    Halt.objects.create(scope="all", reason="crisis", by=cast.admin, starts_at=cast.talk.opened_at)
    assert "Automation off" in client.get("/admin/").content.decode()
    assert client.get(address(type(cast.talk), "changelist")).content.decode().count("desk-kill-lit") == 1


def test_every_link_of_home_leads_somewhere(cast: Cast) -> None:
    client = signed_in(cast.admin)
    links = set(re.findall(r'class="desk-link" href="([^"]+)"', client.get("/admin/").content.decode()))
    assert len(links) > 8
    for link in links:
        assert client.get(link).status_code == 200, link


def test_the_kill_switch_is_offered_to_those_who_may_pull_it(cast: Cast) -> None:
    assert "Kill switch" in signed_in(cast.admin).get("/admin/").content.decode()
    assert 'class="desk-kill"' not in signed_in(cast.editor).get("/admin/").content.decode()
