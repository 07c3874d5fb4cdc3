"""The templates of each business account: made, reviewed after a few seconds, edited, paused, deleted (facts §6, §8).

PENDING ──review_delay──► APPROVED ◄──► PAUSED, DISABLED (by a control call)
                     └──► REJECTED ──edited──► PENDING
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

from conversations.simulator.chance import chance
from conversations.simulator.clock import Clock, machine_now
from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, one_of, text
from conversations.simulator.store import Settings, Store
from conversations.simulator.template_demo import DEMO
from conversations.simulator.template_filling import fill_template
from conversations.simulator.template_review import CATEGORIES, check_template, check_ttl, judge

MOST = 250  # of an account that is not verified
DAY = 86400.0
BLOCKED_FOR = 30 * DAY  # a deleted name
EDITS = ((1, DAY, 1), (30, 30 * DAY, 10))  # days, seconds, how many edits of an approved template
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
Tell = Callable[[str, str, Fields, float], None]
"""(account, webhook field, value, seconds from now)"""


class Templates:
    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self.tell: Tell = lambda _account, _field, _value, _delay: None

    def seed(self, waba_id: str) -> None:
        """Give a new account the demo templates."""
        if self._store.row("SELECT 1 FROM template WHERE waba_id = ?", (waba_id,)):
            return
        for name, language, category, components in DEMO:
            named = "named_params" in json.dumps(components)
            self._add(waba_id, name, language, category, components, "NAMED" if named else "POSITIONAL", None)

    def forget(self) -> None:
        self._store.write("DELETE FROM template")
        self._store.write("DELETE FROM template_name_block")

    # --- what Graph answers -------------------------------------------------------------------------------------------------

    def of_account(self, waba_id: str, name: str = "") -> list[Fields]:
        """As GET /{waba}/message_templates lists them."""
        self._review()
        sql = "SELECT * FROM template WHERE waba_id = ? AND (? = '' OR name = ?) ORDER BY name, language"
        return [_shown(row) for row in self._store.rows(sql, (waba_id, name, name))]

    def get(self, template_id: str) -> Fields | None:
        self._review()
        row = self._row(template_id)
        return {**_shown(row), "waba_id": row["waba_id"]} if row else None

    def create(self, waba_id: str, body: Fields) -> Fields:
        """POST /{waba}/message_templates → {id, status, category}; the review follows. Raises GraphError 100."""
        name = text(body, "name", 512, "") or ""
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise GraphError(100, "Param name may contain only lowercase letters, digits and underscores.")
        category = str(body.get("category", "")).upper()
        one_of(category, CATEGORIES, "category")
        language = text(body, "language", 20, "") or ""
        components = check_template(body)
        form = "NAMED" if str(body.get("parameter_format", "")).upper() == "NAMED" else "POSITIONAL"
        ttl = check_ttl(category, body.get("message_send_ttl_seconds"))
        self._check_room(waba_id, name, language)
        made = self._add(waba_id, name, language, category, components, form, ttl, status="PENDING")
        status, category = self._judge_later(made, allow=bool(body.get("allow_category_change", False)))
        return {"id": made, "status": status, "category": category}

    def _check_room(self, waba_id: str, name: str, language: str) -> None:
        if self._find(waba_id, name, language):
            raise GraphError(100, "There is already content in this language for this template.", subcode=2388024)
        sql = "SELECT 1 FROM template_name_block WHERE waba_id = ? AND name = ? AND until > ?"
        if self._store.row(sql, (waba_id, name, self._clock.now())):
            words = "New content can't be added for 30 days after a template of this name was deleted."
            raise GraphError(100, words, subcode=2388023)
        if len(self._store.rows("SELECT 1 FROM template WHERE waba_id = ?", (waba_id,))) >= MOST:
            raise GraphError(100, f"The account has {MOST} templates already.", subcode=2388019)

    def edit(self, template_id: str, body: Fields) -> None:
        """POST /{template}: components, category or time to live. Raises GraphError 100."""
        self._review()
        row = self._row(template_id)
        if row["status"] not in EDITABLE:
            raise GraphError(100, f"A template can't be edited while it is {row['status']}.", subcode=2388003)
        category = str(body.get("category") or row["category"]).upper()
        one_of(category, CATEGORIES, "category")
        if row["status"] == "APPROVED" and category != row["category"]:
            raise GraphError(100, "The category of an approved template can't be edited.", subcode=2388025)
        edits = self._count_edit(row) if row["status"] == "APPROVED" else json.loads(row["edits"])
        form = {"parameter_format": row["parameter_format"]}
        components = check_template({**form, **body}) if "components" in body else json.loads(row["components"])
        kept = row["ttl"] if category == row["category"] else None
        ttl = check_ttl(category, body.get("message_send_ttl_seconds", kept))
        sql = """UPDATE template SET components = ?, category = ?, ttl = ?, edits = ?, status = 'PENDING', reason = 'NONE'
                 WHERE id = ?"""
        self._store.write(sql, (json.dumps(components), category, ttl, json.dumps(edits), template_id))
        self._judge_later(template_id, allow=False)

    def _count_edit(self, row: Any) -> list[float]:
        now = self._clock.now()
        edits = [at for at in json.loads(row["edits"]) if at > now - 30 * DAY]
        for days, span, most in EDITS:
            if len([at for at in edits if at > now - span]) >= most:
                words = f"An approved template can be edited {most} times in {days} days."
                raise GraphError(100, words, subcode=2388026)
        return [*edits, now]

    def delete(self, waba_id: str, name: str, template_id: str = "") -> None:
        """DELETE /{waba}/message_templates?name=&hsm_id=: without an id in all languages. The name is blocked for 30 days."""
        self._review()
        sql = "SELECT * FROM template WHERE waba_id = ? AND name = ? AND (? = '' OR id = ?)"
        rows = self._store.rows(sql, (waba_id, name, template_id, template_id))
        if not rows:
            raise GraphError(100, f"No template of the name {name} was found.", subcode=2593002)
        if any(row["status"] == "DISABLED" for row in rows):
            raise GraphError(100, "A disabled template can't be deleted.", subcode=2388004)
        for row in rows:
            self._store.write("DELETE FROM template WHERE id = ?", (row["id"],))
            self._tell_status(row, "DELETED")
        if any(row["status"] == "APPROVED" for row in rows):
            sql = "REPLACE INTO template_name_block VALUES (?, ?, ?)"
            self._store.write(sql, (waba_id, name, self._clock.now() + BLOCKED_FOR))

    def filled(self, waba_id: str, content: Fields) -> Fields:
        """What the customer reads: {header, body, footer, buttons, category}. Raises GraphError 132xxx."""
        self._review()
        name, language = content["name"], content["language"]["code"]
        row = self._find(waba_id, name, language)
        if row is None or row["status"] not in ("APPROVED", "PAUSED", "DISABLED"):
            raise GraphError(132001, f"template name ({name}) does not exist in {language}")
        if row["status"] != "APPROVED":
            raise GraphError(132015 if row["status"] == "PAUSED" else 132016)
        shown = fill_template(json.loads(row["components"]), content)
        return {"category": str(row["category"]).lower(), **shown}

    # --- playing Meta ---------------------------------------------------------------------------------------------------------

    def play(self, waba_id: str, name: str, language: str, changes: Fields) -> Fields:
        """Change status (with reason, title), quality, category or components as Meta would, and tell the desk by webhook.

        Raises ValueError for one that does not exist.
        """
        self._review()
        row = self._find(waba_id, name, language)
        if row is None:
            raise ValueError("name, language: no such template")
        if "status" in changes:
            status, reason = str(changes["status"]).upper(), str(changes.get("reason") or "NONE")
            self._set(row["id"], status=status, reason=reason)
            more = {"other_info": {"title": changes["title"], "description": ""}} if changes.get("title") else {}
            self._tell_status(row, status, reason=reason, more=more)
        if "quality" in changes:
            before, after = row["quality"], str(changes["quality"]).upper()
            self._set(row["id"], quality=after)
            scores = {"previous_quality_score": before, "new_quality_score": after}
            self.tell(waba_id, "message_template_quality_update", {**_named(row), **scores}, 0.0)
        if "category" in changes:
            self._change_category(row, str(changes["category"]).upper(), soon=bool(changes.get("soon")))
        if "components" in changes:
            self._set(row["id"], components=json.dumps(changes["components"]))
            self.tell(waba_id, "message_template_components_update", _texts(row, changes["components"]), 0.0)
        return _shown(self._row(row["id"]))

    def _change_category(self, row: Any, category: str, *, soon: bool) -> None:
        """With `soon` it is announced a day ahead: `new_category` is then still the present one (facts §6)."""
        value = {**_named(row), "previous_category": row["category"], "new_category": category}
        if soon:
            at = int(self._clock.now() + DAY)
            value = {**_named(row), "new_category": row["category"], "correct_category": category}
            value["category_update_timestamp"] = at
        else:
            self._set(row["id"], category=category)
        self.tell(row["waba_id"], "template_category_update", value, 0.0)

    # --- review -------------------------------------------------------------------------------------------------------------

    def _judge_later(self, template_id: str, *, allow: bool) -> tuple[str, str]:
        """The verdict is known at once and comes into force when the reviewer is done. Returns status and category now."""
        row = self._row(template_id)
        verdict = judge(row["category"], json.loads(row["components"]), may_change_category=allow)
        delay = chance.uniform(*self._settings["review_delay"])
        kept = json.dumps([verdict.status, verdict.reason, verdict.category])
        self._set(template_id, review_at=machine_now() + delay, verdict=kept, category=verdict.category)
        more = {"rejection_info": {"reason": verdict.reason, "recommendation": verdict.recommendation}}
        self._tell_status(
            row, verdict.status, reason=verdict.reason, more=more if verdict.recommendation else {}, delay=delay
        )
        return "PENDING", verdict.category

    def _review(self) -> None:
        """Whatever the reviewer is done with by now."""
        for row in self._store.rows(
            "SELECT id, verdict FROM template WHERE review_at BETWEEN 1 AND ?", (machine_now(),)
        ):
            status, reason, _category = json.loads(row["verdict"])
            self._set(row["id"], status=status, reason=reason, review_at=0)

    def _tell_status(
        self, row: Any, event: str, *, reason: str = "NONE", more: Fields | None = None, delay: float = 0.0
    ) -> None:
        value = {"event": event, **_named(row), "reason": reason, "message_template_category": row["category"]}
        self.tell(row["waba_id"], "message_template_status_update", {**value, **(more or {})}, delay)

    # --- rows ---------------------------------------------------------------------------------------------------------------

    def _find(self, waba_id: str, name: str, language: str) -> Any:
        sql = "SELECT * FROM template WHERE waba_id = ? AND name = ? AND language = ?"
        return self._store.row(sql, (waba_id, name, language))

    def _row(self, template_id: str) -> Any:
        return self._store.row("SELECT * FROM template WHERE id = ?", (template_id,))

    def _set(self, template_id: str, **columns: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)  # of our own
        self._store.write(f"UPDATE template SET {names} WHERE id = ?", (*columns.values(), template_id))  # noqa: S608

    def _add(
        self,
        waba_id: str,
        name: str,
        language: str,
        category: str,
        components: list[Fields],
        form: str,
        ttl: int | None,
        *,
        status: str = "APPROVED",
    ) -> str:
        made = str(secrets.randbelow(9 * 10**15) + 10**15)
        sql = """INSERT INTO template (id, waba_id, name, language, category, status, components, parameter_format, ttl)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
        row = (made, waba_id, name, language, category, status, json.dumps(components), form, ttl)
        self._store.write(sql, row)
        return made


def _shown(row: Any) -> Fields:
    shown = {key: row[key] for key in ("id", "name", "language", "category", "status", "parameter_format")}
    return {
        **shown,
        "components": json.loads(row["components"]),
        "rejected_reason": row["reason"],
        "quality_score": {"score": row["quality"], "date": 0},
        "message_send_ttl_seconds": row["ttl"],
        "correct_category": row["category"],
        "previous_category": None,
    }


def _named(row: Any) -> Fields:
    """How webhooks name it: the id as a number."""
    return {
        "message_template_id": int(row["id"]),
        "message_template_name": row["name"],
        "message_template_language": row["language"],
    }


def _texts(row: Any, components: list[Fields]) -> Fields:
    """As message_template_components_update tells of them."""
    parts = {str(part.get("type")).upper(): part for part in components}
    value = {**_named(row), "message_template_element": parts.get("BODY", {}).get("text", "")}
    if "HEADER" in parts:
        value["message_template_title"] = parts["HEADER"].get("text", "")
    if "FOOTER" in parts:
        value["message_template_footer"] = parts["FOOTER"].get("text", "")
    if "BUTTONS" in parts:
        value["message_template_buttons"] = [
            {
                f"message_template_button_{key}": one[key]
                for key in ("type", "text", "url", "phone_number")
                if key in one
            }
            for one in parts["BUTTONS"]["buttons"]
        ]
    return value
