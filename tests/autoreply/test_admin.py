"""Staff set replies up in admin; what is wrong is said in a sentence (A2–A4, D18)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from autoreply.models import Button, Policy, QuickReply, Rule
from conversations.models import Halt, Stamp
from tests.makers import make_channel, make_person

pytestmark = pytest.mark.django_db
EMPTY = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_person("boss", "Administrator", is_superuser=True))
    return client


def formset(prefix: str, *rows: dict[str, Any]) -> dict[str, Any]:
    data = {f"{prefix}-{name}": value for name, value in {**EMPTY, "TOTAL_FORMS": str(len(rows))}.items()}
    for number, row in enumerate(rows):
        data.update({f"{prefix}-{number}-{name}": value for name, value in row.items()})
    return data


def rule_data(*variants: dict[str, Any], **values: Any) -> dict[str, Any]:
    data = {"name": "Resi", "key": "resi", "is_active": "on", "order": "1", "trigger": "keyword", "mode": "any"}
    data |= {"keywords": "reso\r\n rendere \r\nreso", **values, **formset("variants", *variants)}
    for number in range(len(variants)):
        data |= formset(f"variants-{number}-buttons")
    return data


def add(staff: Client, **data: Any) -> str:
    answer = staff.post(reverse("admin:autoreply_rule_add"), data)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_rule_with_variants_and_a_button(staff: Client) -> None:
    button = formset("variants-0-buttons", {"title": "Una persona", "action": "person", "order": "0"})
    page = add(staff, **(rule_data({"text": "Ecco {{ contact.first_name | come }}", "weight": "2"}) | button))
    assert page == ""
    rule = Rule.objects.get()
    assert rule.keywords == ["reso", "rendere"]
    assert rule.variants.get().weight == 2
    assert Button.objects.get().title == "Una persona"
    assert rule.history.count() == 1
    assert Stamp.objects.get(name="autoreply").version >= 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"keywords": ""}, "Write at least one keyword"),
        ({"keywords": "!!!"}, "holds no word to look for"),
        ({"text": "Ciao {{ contact.password }}"}, "There is no placeholder"),
        ({"text": "Ciao {{ contact.name"}, "do not make a placeholder"),
        ({"text": "x" * 257}, "at most 256 characters"),
    ],
)
def test_a_wrong_rule_is_refused_with_a_sentence(staff: Client, wrong: dict[str, str], sentence: str) -> None:
    text = wrong.pop("text", "Ecco")
    page = add(staff, **rule_data({"text": text, "weight": "1"}, **wrong))
    assert sentence in page
    assert not Rule.objects.exists()


def test_more_than_five_variants_and_a_link_beside_a_button_are_refused(staff: Client) -> None:
    six = [{"text": f"Testo {number}", "weight": "1"} for number in range(6)]
    assert "at most five variants" in add(staff, **rule_data(*six))
    person = {"title": "Persona", "action": "person", "order": "0"}
    link = {"title": "Sito", "action": "link", "url": "https://example.com/", "order": "1"}
    data = rule_data({"text": "Ecco", "weight": "1"})
    assert "A link stands alone" in add(staff, **(data | formset("variants-0-buttons", person, link)))
    bare = {"title": "Vai", "action": "link", "url": "", "order": "1"}
    assert "needs the rule" in add(staff, **(data | formset("variants-0-buttons", bare)))
    assert not Rule.objects.exists()


def test_quick_replies(staff: Client) -> None:
    data = {"shortcut": "/reso", "title": "Reso", "text": "Ecco come", "is_active": "on"}
    url = reverse("admin:autoreply_quickreply_add")
    assert staff.post(url, data).status_code == 302
    assert "exists already" in staff.post(url, data | {"shortcut": "/RESO"}).content.decode()
    assert "A slash and 1 to 24 letters" in staff.post(url, data | {"shortcut": "reso!"}).content.decode()
    assert QuickReply.objects.count() == 1


def test_the_pages_open_and_the_starter_set_is_installed_by_an_action(staff: Client) -> None:
    channel = make_channel()
    change = reverse("admin:conversations_channel_changelist")
    staff.post(change, {"action": "install_starter", "_selected_action": [channel.pk]})
    assert Rule.objects.filter(channel=channel).count() == 7
    assert Policy.objects.count() == 1
    for name in ("rule", "quickreply", "firing"):
        assert staff.get(reverse(f"admin:autoreply_{name}_changelist")).status_code == 200
    for rule in Rule.objects.all():
        assert staff.get(reverse("admin:autoreply_rule_change", args=[rule.pk])).status_code == 200
    page = staff.get(reverse("admin:conversations_channel_change", args=[channel.pk])).content.decode()
    assert "autoreply/count.js" in page
    assert "operatore" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"scope": "rule", "key": "rezi"}, "There is no rule with this key."),
        ({"scope": "trigger", "key": "welcome"}, "There is no such trigger."),
        ({"scope": "all", "key": "resi"}, "This scope takes no trigger or rule."),
        ({"scope": "all", "channel": "CHANNEL"}, "takes a channel."),
        ({"scope": "all", "ends_at_0": "2020-01-01", "ends_at_1": "10:00"}, "This moment is over."),
    ],
)
def test_a_kill_switch_that_would_stop_nothing_is_refused(staff: Client, wrong: dict[str, str], sentence: str) -> None:
    channel = make_channel()
    Rule.objects.create(key="resi", name="Resi", trigger="button")
    data = {"reason": "other", "key": "", "remark": "", "ends_at_0": "", "ends_at_1": "", **wrong}
    if "channel" in data:
        data["channel"] = str(channel.pk)
    page = staff.post(reverse("admin:conversations_halt_add"), data)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not Halt.objects.exists()


@pytest.mark.parametrize("right", [{"scope": "rule", "key": "resi"}, {"scope": "trigger", "key": "after_hours"}])
def test_a_kill_switch_takes_the_names_there_are(staff: Client, right: dict[str, str]) -> None:
    Rule.objects.create(key="resi", name="Resi", trigger="button")
    data = {"reason": "other", "remark": "", "ends_at_0": "", "ends_at_1": "", **right}
    assert staff.post(reverse("admin:conversations_halt_add"), data).status_code == 302
    assert Halt.objects.get().key == right["key"]
