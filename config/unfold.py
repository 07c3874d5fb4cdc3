"""How Django admin looks: django-unfold in our colours and words (DESIGN.md, Admin)."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

STONE = {
    "50": "#f8f6f4", "100": "#f2f0ed", "200": "#e5e2de", "300": "#d6d2cd", "400": "#ada8a2", "500": "#807b75",
    "600": "#635e58", "700": "#4a4641", "800": "#302d29", "900": "#24221f", "950": "#181614",
}  # fmt: skip
ZUCCHERO = {
    "50": "#f1f7fe", "100": "#e3effc", "200": "#c9e0f9", "300": "#a5caf1", "400": "#7eaedf", "500": "#5089c1",
    "600": "#346ea6", "700": "#235789", "800": "#1b446b", "900": "#16334f", "950": "#102234",
}  # fmt: skip


def _item(title: Any, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Sportello",
    "SITE_HEADER": "Sportello",
    "SITE_SUBHEADER": _("Customer desk"),
    "SITE_URL": "/admin/",
    "SITE_ICON": lambda request: static("design/mark.svg"),
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"base": STONE, "primary": ZUCCHERO},
    "STYLES": [lambda request: static("design/tokens.css"), lambda request: static("design/admin.css")],
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Desk"),
                "items": [
                    _item(_("Conversations"), "forum", "conversations_conversation"),
                    _item(_("Messages"), "chat", "conversations_message"),
                    _item(_("Contacts"), "person", "conversations_contact"),
                    _item(_("Weekly reports"), "bar_chart", "reports_weeklyreport"),
                ],
            },
            {
                "title": _("Set-up"),
                "items": [
                    _item(_("Channels"), "smartphone", "conversations_channel"),
                    _item(_("Departments"), "groups", "conversations_department"),
                    _item(_("Routing rules"), "alt_route", "routing_routingrule"),
                    _item(_("Calendars"), "calendar_month", "routing_calendar"),
                    _item(_("Automatic replies"), "bolt", "autoreply_rule"),
                    _item(_("CRM connections"), "sync", "crm_sync_connection"),
                    _item(_("People"), "badge", "auth_user"),
                    _item(_("Timetable of jobs"), "schedule", "django_celery_beat_periodictask"),
                ],
            },
            {
                "title": _("Behind the counter"),
                "collapsible": True,
                "items": [
                    _item(_("Webhook deliveries"), "inbox", "conversations_delivery"),
                    _item(_("Journal"), "history", "conversations_event"),
                    _item(_("Account updates"), "campaign", "conversations_accountupdate"),
                    _item(_("Alarms"), "warning", "conversations_alarm"),
                    _item(_("Kill switch"), "power_settings_new", "conversations_halt"),
                ],
            },
        ],
    },
}
