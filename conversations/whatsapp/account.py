"""Webhooks about accounts, numbers and templates -> news in our codes (facts §6; C13). Pure.

What no reader knows is kept as it came, with the code "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from conversations.whatsapp import calls, discreet, groups, history, numbers, reading
from conversations.whatsapp.payloads import AccountChange, News
from conversations.whatsapp.reading import Json

GROUP_FIELDS = frozenset(
    {"group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update"}
)
LONG = 1000


def change(field: str, value: Json, at: datetime | None) -> AccountChange:
    """The whole of one `changes[]` item."""
    event = reading.text(value.get("event") or value.get("decision"))
    if not event and (groups := reading.objects(value.get("groups"))):
        event = reading.text(groups[0].get("type"))
    read = READERS.get(field)
    try:
        news = tuple(read(value)) if read else (News("", "unknown"),)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        news = (News("", "unknown"),)
    return AccountChange(
        field=field[:60] or "unknown",
        event=event[:60],
        data=_kept(field, value),
        at=at,
        number=numbers.digits(reading.text(value.get("display_phone_number") or value.get("phone_number"))),
        number_id=reading.text(value.get("entity_id")) if value.get("entity_type") == "PHONE_NUMBER" else "",
        account=reading.text(reading.obj(value.get("waba_info")).get("waba_id")),
        news=news,
    )


def _kept(field: str, value: Json) -> Json:
    if field in discreet.OF_THE_BUSINESS:
        return value
    kept: Json = discreet.without_people(history.summary(value) if field == "history" else value)
    return kept


def _words(value: Any) -> str:
    return reading.text(value)[:LONG]


def _account_update(value: Json) -> Iterator[News]:
    event = reading.text(value.get("event"))
    if event == "ACCOUNT_VIOLATION":
        yield News(
            "violation", "violation", {"kind": _words(reading.obj(value.get("violation_info")).get("violation_type"))}
        )
    elif event == "ACCOUNT_RESTRICTION":
        for one in reading.objects(value.get("restriction_info")):
            kind, until = _words(one.get("restriction_type"))[:80], reading.time_or_none(one.get("expiration"))
            yield News(
                f"restriction:{kind}", "restriction", {"kind": kind, "until": until.timestamp() if until else None}
            )
    elif event == "DISABLED_UPDATE":
        ban = reading.obj(value.get("ban_info"))
        state = reading.text(ban.get("waba_ban_state"))
        matter = {"DISABLE": "disabled", "SCHEDULE_FOR_DISABLE": "disabling", "REINSTATE": "reinstated"}.get(
            state, "unknown"
        )
        yield News("ban", matter, {"date": _words(ban.get("waba_ban_date"))})
    elif event in CONNECTION:
        info = reading.obj(value.get("disconnection_info"))
        yield News("connection", CONNECTION[event], {"kind": _words(info.get("reason"))})
    elif event == "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE":
        info = reading.obj(value.get("partner_client_certification_info"))
        reasons = [_words(one) for one in reading.items(info.get("rejection_reasons"))]
        yield News(
            "verification", "verification", {"kind": _words(info.get("status")), "reasons": ", ".join(reasons)[:LONG]}
        )
    elif event == "VOLUME_BASED_PRICING_TIER_UPDATE":
        info = reading.obj(value.get("volume_tier_info"))
        names = {"category": "pricing_category", "region": "region", "month": "effective_month", "tier": "tier"}
        since = reading.time(info.get("tier_update_time"))
        yield News(
            "",
            "volume_tier",
            {**{name: _words(info.get(of))[:80] for name, of in names.items()}, "since": since.timestamp()},
        )
    else:
        yield News("", NOTED.get(event, "unknown"), {"kind": _words(value.get("country"))})


CONNECTION = {
    "ACCOUNT_DELETED": "deleted",
    "ACCOUNT_OFFBOARDED": "offboarded",
    "ACCOUNT_RECONNECTED": "reconnected",
    "PARTNER_ADDED": "partner_added",
    "PARTNER_REMOVED": "partner_removed",
    "PARTNER_APP_INSTALLED": "app_installed",
    "PARTNER_APP_UNINSTALLED": "app_uninstalled",
}
NOTED = {
    "AD_ACCOUNT_LINKED": "ad_account",
    "MM_LITE_TERMS_SIGNED": "marketing_terms",
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": "international_rates",
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": "country",
}


def _review(value: Json) -> Iterator[News]:
    yield News("review", "review", {"kind": _words(value.get("decision"))})


def _alert(value: Json) -> Iterator[News]:
    info = reading.obj(value.get("alert_info"))
    kind = _words(info.get("alert_type"))[:80]
    yield News(
        f"alert:{kind}",
        "alert",
        {
            "kind": kind,
            "severity": _words(info.get("alert_severity")),
            "stands": reading.text(info.get("alert_status")) != "NONE",
            "words": _words(info.get("alert_description")),
        },
    )


def _security(value: Json) -> Iterator[News]:
    yield News("pin", "pin", {"kind": _words(value.get("event"))})


def _capability(value: Json) -> Iterator[News]:
    limit = value.get("max_daily_conversations_per_business", value.get("max_daily_conversation_per_phone"))
    if limit is not None:
        yield _limit(limit)
    count = reading.number(value.get("max_phone_numbers_per_business", value.get("max_phone_numbers_per_waba")))
    if count is not None:
        yield News("numbers", "numbers", {"count": max(count, 0)})


def _limit(value: Any) -> News:
    return News("limit", "limit", {"count": messaging_limit(value)})


def messaging_limit(value: Any) -> int | None:
    """Of TIER_250 … TIER_UNLIMITED, or the number itself; -1 and UNLIMITED are None. Raises ValueError when there is none yet."""
    given = reading.text(value).removeprefix("TIER_").upper()
    if given in {"UNLIMITED", "-1"}:
        return None
    plain = given.removesuffix("K")
    if not plain.isdecimal() or len(plain) > 9:
        raise ValueError("no messaging limit")  # TIER_NOT_SET: the number has not sent yet
    return int(plain) * (1000 if given.endswith("K") else 1)


def _quality(value: Json) -> Iterator[News]:
    """Of a number: throughput, and, in older payloads, quality and limit (facts §6)."""
    event = reading.text(value.get("event"))
    if event == "THROUGHPUT_UPGRADE":
        yield News("throughput", "throughput", {"kind": "HIGH"})
    elif event in {"FLAGGED", "UNFLAGGED"}:
        yield News("quality", "quality", {"kind": "RED" if event == "FLAGGED" else "UNKNOWN"})
    elif event == "ONBOARDING":
        yield News("", "onboarding")
    limit = value.get("max_daily_conversations_per_business")
    if limit is None and event != "THROUGHPUT_UPGRADE":  # there, current_limit names the throughput
        limit = value.get("current_limit")
    if limit is not None and reading.text(limit) != "TIER_NOT_SET":
        yield _limit(limit)


def _name(value: Json) -> Iterator[News]:
    yield News(
        "name",
        "name",
        {
            "kind": _words(value.get("decision")),
            "name": _words(value.get("requested_verified_name"))[:200],
            "reason": _words(value.get("rejection_reason")),
        },
    )


def _username(value: Json) -> Iterator[News]:
    """`deleted` names no username; an unknown status changes nothing."""
    kind = reading.text(value.get("status")) or "approved"
    name = reading.text(value.get("username")).removeprefix("@").lower()[:80]
    yield News("username", "username", {"kind": kind, "name": "" if kind == "deleted" else name})


def _template(value: Json) -> Json:
    return {
        "meta_id": reading.text(value.get("message_template_id"))[:64],
        "name": _words(value.get("message_template_name"))[:512],
        "language": reading.text(value.get("message_template_language"))[:16],
    }


def _template_status(value: Json) -> Iterator[News]:
    rejection, other = reading.obj(value.get("rejection_info")), reading.obj(value.get("other_info"))
    yield News(
        "",
        "template.status",
        {
            **_template(value),
            "kind": _words(value.get("event"))[:24],
            "reason": _words(value.get("reason")),
            "why": _words(rejection.get("reason")),
            "advice": _words(rejection.get("recommendation")),
            "title": _words(other.get("title")),
            "words": _words(other.get("description")),
        },
    )


def _template_quality(value: Json) -> Iterator[News]:
    yield News("", "template.quality", {**_template(value), "kind": _words(value.get("new_quality_score"))[:12]})


def _template_category(value: Json) -> Iterator[News]:
    """24 h before, `new_category` is still the present one and `correct_category` the one to come (facts §6)."""
    coming = reading.time_or_none(value.get("category_update_timestamp"))
    yield News(
        "",
        "template.category",
        {
            **_template(value),
            "kind": _words(value.get("new_category"))[:24],
            "next": _words(value.get("correct_category"))[:24],
            "at": coming.timestamp() if coming else None,
        },
    )


def _template_components(value: Json) -> Iterator[News]:
    yield News("", "template.components", _template(value))


COUNTED = {
    "user_preferences": ("preferences", "user_preferences"),
    "user_id_update": ("user_ids", "user_id_update"),
    "smb_app_state_sync": ("book", "state_sync"),
}
NAMED = frozenset(
    {"automatic_events", "flows", "payment_configuration_update", "partner_solutions", "account_settings_update"}
)


def _counted(field: str, value: Json) -> Iterator[News]:
    """Customers one by one: how many; what each said stands in rows of their own."""
    matter, items = COUNTED[field]
    yield News("", matter, {"count": max(len(reading.items(value.get(items))), 1)})


def _named(field: str, value: Json) -> Iterator[News]:
    """Known to exist; the desk does nothing with it."""
    yield News("", "named", {"kind": field})


def _errors(value: Json) -> Iterator[News]:
    """`value.errors`: of the account or number as a whole, not of a message (facts §3)."""
    for one in reading.objects(value.get("errors")):
        yield News("", "error", {"kind": reading.text(one.get("code"))[:40]})


READERS: dict[str, Callable[[Json], Iterator[News]]] = {
    "messages": _errors,
    "calls": calls.news,
    "history": history.news,
    **dict.fromkeys(GROUP_FIELDS, groups.news),
    **{field: partial(_counted, field) for field in COUNTED},
    **{field: partial(_named, field) for field in NAMED},
    "account_update": _account_update,
    "account_review_update": _review,
    "account_alerts": _alert,
    "security": _security,
    "business_capability_update": _capability,
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "business_username_update": _username,
    "business_username_updates": _username,
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "message_template_components_update": _template_components,
}
