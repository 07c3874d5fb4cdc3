from __future__ import annotations

import re

import pytest
from django.test import Client

from conversations.access.roles import sync_roles
from conversations.models import Event
from crm_sync.models import Connection, SyncJob
from crm_sync.readers import mirror
from crm_sync.signing import key_of
from tests.crm_sync.world import listening, make_connection, receive
from tests.makers import make_conversation, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_sync.doorbell.ring", lambda: None)


@pytest.fixture
def administrator() -> Client:
    sync_roles()
    client = Client()
    client.force_login(make_person(role="Administrator"))
    return client


def test_a_new_connection_gets_a_secret_shown_once(administrator: Client) -> None:
    values = {
        "name": "Zapier",
        "kind": "webhook",
        "url": "http://127.0.0.1:9/x",
        "is_active": "on",
        "sends_messages": "on",
    }
    page = administrator.post("/admin/crm_sync/connection/add/", values, follow=True).content.decode()
    connection = Connection.objects.get()
    shown = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert shown
    assert shown[0] == connection.secret
    key_of(str(connection.secret))
    again = administrator.get(f"/admin/crm_sync/connection/{connection.pk}/change/").content.decode()
    assert "whsec_" not in again
    assert "whsec_" not in administrator.get(f"/admin/crm_sync/connection/{connection.pk}/history/").content.decode()


def test_the_test_button_says_what_came_of_it(administrator: Client) -> None:
    connection = make_connection()
    with listening(str(connection.secret)) as (receiver, url):
        Connection.objects.update(url=url)
        page = administrator.post(
            f"/admin/crm_sync/connection/{connection.pk}/do/send_test/", follow=True
        ).content.decode()
        assert "HTTP 200" in page
        assert receiver.taken[0].body["type"] == "test"
    page = administrator.post(f"/admin/crm_sync/connection/{connection.pk}/do/send_test/", follow=True).content.decode()
    assert "did not arrive" in page


def test_a_new_secret_is_made_by_post_alone(administrator: Client) -> None:
    connection = make_connection()
    url = f"/admin/crm_sync/connection/{connection.pk}/do/new_secret/"
    assert administrator.get(url).status_code == 405
    assert Connection.objects.get().secret == connection.secret
    administrator.post(url)
    changed = Connection.objects.get()
    assert changed.secret != connection.secret
    assert changed.former_secret == connection.secret


def test_dead_letters_go_again_by_button(administrator: Client) -> None:
    make_connection()
    receive(make_conversation())
    mirror(list(Event.objects.all()))
    SyncJob.objects.update(status=SyncJob.Status.DEAD, problem="HTTP 422")
    job = SyncJob.objects.get()
    assert administrator.get(f"/admin/crm_sync/syncjob/{job.pk}/change/").status_code == 200
    assert administrator.get("/admin/crm_sync/syncjob/").status_code == 200
    administrator.post("/admin/crm_sync/syncjob/", {"action": "replay", "_selected_action": [job.pk]})
    assert SyncJob.objects.get().status == SyncJob.Status.PENDING
    SyncJob.objects.update(status=SyncJob.Status.DEAD)
    administrator.post(f"/admin/crm_sync/syncjob/{job.pk}/do/replay/")
    assert SyncJob.objects.get().status == SyncJob.Status.PENDING


def test_the_list_shows_what_waits(administrator: Client) -> None:
    make_connection()
    page = administrator.get("/admin/crm_sync/connection/")
    assert page.status_code == 200
    assert "Tramontana CRM" in page.content.decode()
