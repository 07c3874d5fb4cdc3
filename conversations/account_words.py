"""What Meta tells of numbers and accounts, as a sentence an administrator understands, in the reader's language (facts §6).

A piece of news is a code with codes, numbers and Meta's own words: {"matter": "restriction", "kind": …, "until": …}.
"""

from __future__ import annotations

from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations import clock
from conversations.whatsapp.errors import describe

# By matter, or by matter and kind where kinds differ: "review", "review.APPROVED".
SENTENCES: dict[str, str] = {
    "violation": gettext_noop(
        "WhatsApp says that the account broke its rules (%(kind)s). Look into WhatsApp Manager: repeated violations end in restrictions."
    ),
    "restriction": gettext_noop("WhatsApp restricts the account until %(until)s: %(what)s."),
    "disabled": gettext_noop("WhatsApp has disabled the account: nothing can be sent. Appeal in WhatsApp Manager."),
    "disabling": gettext_noop("WhatsApp is going to disable the account (%(date)s). Appeal in WhatsApp Manager."),
    "reinstated": gettext_noop("WhatsApp has given the account back."),
    "deleted": gettext_noop("The business account was deleted at WhatsApp: nothing can be sent."),
    "offboarded": gettext_noop(
        "The business app was set up anew on a phone, so WhatsApp has cut this desk off. It usually comes back within minutes."
    ),
    "reconnected": gettext_noop("WhatsApp has connected the number with this desk again."),
    "partner_added": gettext_noop("The account was shared with this desk."),
    "partner_removed": gettext_noop("The account is not shared with this desk any more: nothing can be sent. %(what)s"),
    "app_installed": gettext_noop("The business gave this desk a permission more."),
    "app_uninstalled": gettext_noop(
        "The business removed an app's permissions. If it was this desk's, connect it again."
    ),
    "verification": gettext_noop("The business' verification at WhatsApp: %(kind)s %(reasons)s"),
    "volume_tier": gettext_noop(
        "%(category)s messages to %(region)s in %(month)s: volume tier %(tier)s, since %(since)s."
    ),
    "country": gettext_noop("WhatsApp takes the business to be based in %(kind)s."),
    "ad_account": gettext_noop("An advertising account was linked."),
    "marketing_terms": gettext_noop("The terms of WhatsApp's marketing messages were accepted."),
    "international_rates": gettext_noop("International rates apply to authentication messages from now on."),
    "review": gettext_noop("WhatsApp's review of the account: %(kind)s."),
    "review.APPROVED": gettext_noop("WhatsApp has approved the account."),
    "review.REJECTED": gettext_noop("WhatsApp has rejected the account. Look into WhatsApp Manager for the reason."),
    "review.PENDING": gettext_noop("WhatsApp is reviewing the account."),
    "alert": gettext_noop("WhatsApp says: %(words)s"),
    "alert.INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED": gettext_noop(
        "WhatsApp does not raise the messaging limit yet: too few messages, their quality too low, or the identity not verified."
    ),
    "alert.INCREASED_CAPABILITIES_ELIGIBILITY_FAILED": gettext_noop(
        "WhatsApp does not raise the messaging limit because of past messages. Verify the business, or ask for an increase."
    ),
    "alert.INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO": gettext_noop(
        "WhatsApp wants the business' identity verified before it raises the messaging limit (Security Center of Meta)."
    ),
    "alert.OBA_APPROVED": gettext_noop("WhatsApp has given this number the verified badge."),
    "alert.OBA_REJECTED": gettext_noop(
        "WhatsApp has refused this number the verified badge. Read its criteria, correct the display name, ask again after 30 days."
    ),
    "alert.PROFILE_PICTURE_LOST": gettext_noop("The profile picture of this number is gone. Upload it again."),
    "pin": gettext_noop("Two-step verification: %(kind)s."),
    "pin.PIN_CHANGED": gettext_noop("Somebody changed or set the number's PIN in WhatsApp Manager."),
    "pin.PIN_RESET_REQUEST": gettext_noop(
        "Somebody asked in WhatsApp Manager to switch two-step verification off. If nobody of you did, secure the account now."
    ),
    "pin.PIN_REQUEST_SUCCESS": gettext_noop("Two-step verification of this number was switched off. Set a new PIN."),
    "limit": gettext_noop("The business may begin conversations with %(count)s customers in 24 hours."),
    "limit.unlimited": gettext_noop("The business may begin conversations with any number of customers."),
    "numbers": gettext_noop("The business may have %(count)s numbers."),
    "throughput": gettext_noop(
        "This number may send up to 1,000 messages a second. Raise its pace in its settings if you need it."
    ),
    "onboarding": gettext_noop("WhatsApp is setting the number up."),
    "quality": gettext_noop("The number's quality is %(kind)s."),
    "quality.RED": gettext_noop(
        "Customers block or report this number: its quality is low. Send fewer unasked messages, or its limit falls."
    ),
    "quality.GREEN": gettext_noop("The number's quality is high."),
    "quality.YELLOW": gettext_noop("The number's quality is medium: some customers block or report it."),
    "quality.UNKNOWN": gettext_noop("The number's quality is not low any more."),
    "name": gettext_noop("The display name “%(name)s”: %(kind)s."),
    "name.APPROVED": gettext_noop("WhatsApp has approved the display name “%(name)s”."),
    "name.REJECTED": gettext_noop("WhatsApp has rejected the display name “%(name)s”. %(reason)s"),
    "name.DEFERRED": gettext_noop("WhatsApp has not decided yet on the display name “%(name)s”."),
    "name.PENDING": gettext_noop("WhatsApp is looking at the display name “%(name)s”."),
    "username": gettext_noop("The number's username is “%(name)s”."),
    "username.reserved": gettext_noop("The username “%(name)s” is reserved for this number."),
    "username.deleted": gettext_noop("The number has no username any more."),
    "template.status": gettext_noop("The template %(name)s (%(language)s) is %(kind)s. %(reason)s %(why)s %(advice)s"),
    "template.quality": gettext_noop("The template %(name)s (%(language)s) has the quality %(kind)s."),
    "template.category": gettext_noop("The template %(name)s (%(language)s) is in the category %(kind)s."),
    "template.category.coming": gettext_noop("The template %(name)s (%(language)s) becomes %(next)s on %(at)s."),
    "template.components": gettext_noop("The text of the template %(name)s (%(language)s) was changed."),
    "error": gettext_noop("WhatsApp reports an error of the number: %(what)s (%(kind)s)"),
    "preferences": gettext_noop("What customers want to receive has changed: %(count)s."),
    "user_ids": gettext_noop("Customers have new user ids: %(count)s."),
    "book": gettext_noop("The address book of the business app has changed: %(count)s entries."),
    "group": gettext_noop("Something about a group was told (%(kind)s). %(what)s"),
    "group.group_create": gettext_noop("A group was created. %(what)s"),
    "group.group_delete": gettext_noop("A group was deleted. %(what)s"),
    "group.group_participants_add": gettext_noop("People joined a group: %(count)s."),
    "group.group_join_request_created": gettext_noop("Somebody asks to join a group."),
    "group.group_join_request_revoked": gettext_noop("Somebody does not ask to join a group any more."),
    "group.group_participants_remove": gettext_noop("People left a group: %(count)s. %(what)s"),
    "group.group_settings_update": gettext_noop("Subject, description or picture of a group were changed. %(what)s"),
    "group.group_suspend": gettext_noop("WhatsApp has suspended a group. %(what)s"),
    "group.group_suspend_cleared": gettext_noop("A group is not suspended any more."),
    "history": gettext_noop("Messages of the business app's past were taken over: %(count)s (%(progress)s%%)."),
    "history_files": gettext_noop("Files of the business app's past were taken over: %(count)s."),
    "history_declined": gettext_noop(
        "The business did not share its past in the business app. Connect the number again to be asked once more."
    ),
    "call": gettext_noop("A call (%(kind)s). Those of customers stand in their conversation."),
    "system": gettext_noop("WhatsApp told something about a customer (%(kind)s)."),
    "identity_of_nobody": gettext_noop("Somebody nobody here knows has a new number or user id."),
    "named": gettext_noop("Noted; the desk does nothing with it (%(kind)s)."),
    "not_understood": gettext_noop("A part of this webhook was not understood. It is kept as it came."),
    "unknown": gettext_noop("The desk does not know this kind of webhook. It is kept as it came."),
}

RESTRICTIONS: dict[str, str] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": gettext_noop("conversations cannot be begun, answers still go out"),
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": gettext_noop("customers cannot be answered"),
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": gettext_noop("no number can be added"),
    "RESTRICTED_UTILITY_TEMPLATES": gettext_noop("no utility template can be created"),
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": gettext_noop("utility templates cannot be sent directly"),
    "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING": gettext_noop("no calls, in either direction"),
    "RESTRICTED_BUSINESS_INITIATED_CALLING": gettext_noop("customers cannot be called"),
    "RESTRICTED_USER_INITIATED_CALLING": gettext_noop("customers cannot call"),
    "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN": gettext_noop("customers do not see the call button"),
}
DISCONNECTIONS: dict[str, str] = {
    "ACCOUNT_DISCONNECTED": gettext_noop("The business account was disconnected."),
    "BUSINESS_DOWNGRADE": gettext_noop("The number was registered with the ordinary WhatsApp app."),
    "CHANGE_NUMBER": gettext_noop("The business changed its number."),
    "COMPANION_INACTIVITY": gettext_noop("The business app was not opened for too long."),
}


def sentence(told: dict[str, Any]) -> str:
    """`told` as it is kept: {"matter": …, further codes}."""
    matter, kind = str(told.get("matter", "")), str(told.get("kind", ""))
    template = SENTENCES.get(_key(matter, kind, told)) or SENTENCES.get(matter, SENTENCES["unknown"])
    words = {name: _shown(name, value) for name, value in told.items()}
    words["what"] = _what(matter, kind, str(told.get("code", "")))
    try:
        return " ".join((_(template) % words).split())
    except (KeyError, TypeError, ValueError):
        return " ".join(filter(None, [matter, kind]))


def _key(matter: str, kind: str, told: dict[str, Any]) -> str:
    if matter == "limit" and told.get("count") is None:
        return "limit.unlimited"
    if matter == "template.category" and told.get("next"):
        return "template.category.coming"
    return f"{matter}.{kind}"


def _what(matter: str, kind: str, code: str) -> str:
    if matter == "error":
        return describe(kind)
    if matter == "group":
        return _("Not done: %(reason)s") % {"reason": describe(code)} if code else ""
    known = {"restriction": RESTRICTIONS, "partner_removed": DISCONNECTIONS}.get(matter, {})
    return _(known[kind]) if kind in known else kind.replace("_", " ").lower()


def _shown(name: str, value: Any) -> str:
    if name in {"until", "since", "at"}:
        if value is None:
            return _("further notice")
        return formats.date_format(timezone.localtime(clock.from_unix(value)), "DATETIME_FORMAT")
    if name == "reason" and value in {"NONE", None}:
        return ""
    if name == "count" and isinstance(value, int):
        return formats.number_format(value, use_l10n=True, force_grouping=True)
    return str(value if value is not None else "")


def sentences(news: list[dict[str, Any]]) -> str:
    return " ".join(sentence(one) for one in news)
