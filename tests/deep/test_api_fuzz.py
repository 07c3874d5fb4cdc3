"""Every role at every endpoint, with anything that the description allows and much that it forbids (R40, law 6, D31).

Held for each call: never 5xx; the answer is as described, or a problem of the one shape with a code of the documented list; who may
not, gets 401, 403 or 404 and changes nothing; reading writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks

from conversations import clock
from conversations.access.tokens import issue
from conversations.models import ApiToken
from tests.architecture.test_reference import documented
from tests.conversations.test_api_roles import ROLES, TABLE, description
from tests.deep.house import CONTENTS, House, furnish
from tests.deep.mutation import mutated

pytestmark = [pytest.mark.deep, pytest.mark.django_db]

CASES = 60  # for each role at each endpoint: half as described, half not
REPORTS = "AEN"
# The floors above keep their own tests of roles; here their endpoints stand in the same form.
ALLOWED = TABLE | {
    "post /conversations/{id}/assign/": "AEG",
    "get /reports/weekly/": REPORTS,
    "post /reports/weekly/": REPORTS,
    "get /reports/weekly/{id}/": REPORTS,
    "get /reports/weekly/{id}/xlsx/": REPORTS,
    "get /reports/weekly/{id}/csv/": REPORTS,
}
ANY_ROLE = {"get /me/", "patch /me/"}  # oneself: signed in is enough
READS_BY_POST = {"post /templates/{id}/preview/"}  # what a token that may only read may do besides GET
# A supervisor is an agent (D6); "Reader" an administrator's token that may only read.
LETTERS = {role: letter for letter, role in ROLES.items()} | {"Supervisor": "G", "Reader": "A"}
EVERYBODY = (*LETTERS, "Nobody", "Stranger")
REFUSED = {401, 403, 404, 406}  # 406 is said before anybody is asked who they are
FIELDS = {"department": "departments", "assignee": "agents", "reply_to": "messages", "channel": "channels"}
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


def may(role: str, endpoint: str) -> bool:
    if role == "Stranger" or (role == "Reader" and not endpoint.startswith("get ") and endpoint not in READS_BY_POST):
        return False
    return endpoint in ANY_ROLE or LETTERS.get(role, "-") in ALLOWED[endpoint]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A request neither begins nor ends by closing the connection that the test has its transaction on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_table_is_of_every_endpoint() -> None:
    found = {
        f"{method} {path.removeprefix('/api/v1')}"
        for path, operations in description()["paths"].items()
        for method in operations
    }
    assert found == set(ALLOWED)


@pytest.mark.parametrize("endpoint", ALLOWED)
@pytest.mark.parametrize("role", EVERYBODY)
def test_anything_at_every_endpoint(role: str, endpoint: str, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    house = furnish()
    headers = authorization(house, role)
    allowed = may(role, endpoint)

    @given(case=cases(endpoint), data=st.data())
    @fuzzed
    def call(case: Case[Any], data: st.DataObject) -> None:
        put_real_ids(case, house, data)
        with undone(), CaptureQueriesContext(connection) as queries:
            answer = case.call(headers=headers)
        wrote = [query["sql"] for query in queries if WRITE.match(query["sql"])]
        told = f"{role}: {case.as_curl_command()}\n{answer.status_code} {answer.content[:1000]!r}"
        assert answer.status_code < 500, told
        if answer.status_code >= 400:
            assert answer.json()["error"]["code"] in stable_codes(), told
        if not allowed:
            assert answer.status_code in REFUSED, told
        else:
            assert answer.status_code != 401, told
        assert not wrote or (allowed and case.method != "GET"), f"{told}\n{wrote}"
        case.validate_response(answer, checks=DESCRIBED)

    call()


DESCRIBED = [checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance]
mostly = st.integers(0, 7).map(lambda number: number < 7)  # Hypothesis prefers small numbers
fuzzed = settings(
    max_examples=CASES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),  # some strategies throw most of what they draw away
)


@cache
def api() -> Any:
    schema = schemathesis.openapi.from_dict(description())
    schema.app = get_wsgi_application()
    return schema


@cache
def cases(endpoint: str) -> st.SearchStrategy[Case[Any]]:
    method, path = endpoint.split()
    operation: Any = api()[f"/api/v1{path}"][method]
    as_described: st.SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not (operation.path_parameters or operation.query or operation.headers or operation.body):
        return as_described  # there is nothing to do wrong
    return st.one_of(as_described, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


@cache
def stable_codes() -> set[str]:
    return documented("errors.md", "Of the API")


def authorization(house: House, role: str) -> dict[str, str]:
    person = house.of(role)
    if person is None:
        return {}
    key = issue(user=person, scopes=["read"] if role == "Reader" else ["read", "write"])
    ApiToken.objects.update(
        last_used_at=clock.machine_now()
    )  # its use is noted once a minute: not in the middle of a test
    return {"Authorization": f"Token {key}"}


def put_real_ids(case: Case[Any], house: House, data: st.DataObject) -> None:
    """Mostly what exists: a random number only ever finds 404. Of an answer's two forms one, or what Meta would take."""
    word = case.path.removeprefix("/api/v1/").split("/")[0]
    for name in case.path_parameters or {}:
        if data.draw(mostly):
            case.path_parameters[name] = data.draw(st.sampled_from(house.ids[word]))
    if not isinstance(case.body, dict):
        return
    for name in sorted(FIELDS.keys() & case.body.keys()):
        if data.draw(st.booleans()):
            case.body[name] = data.draw(st.sampled_from([*house.ids[FIELDS[name]], None]))
    if case.body.keys() >= {"text", "content"}:
        del case.body[data.draw(st.sampled_from(["text", "content"]))]
    if case.method == "POST" and case.path.endswith("/messages/") and data.draw(st.booleans()):
        kind, content = data.draw(st.sampled_from(CONTENTS))
        case.body = {"type": kind, "content": data.draw(st.just(content) | mutated(st.just(content)))}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever the call changes is gone afterwards."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
