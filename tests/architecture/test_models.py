"""Models: history where staff decide, constraints and indexes with names, words that can be translated (D17, STYLE 16, 17)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.utils.functional import Promise

OURS = ("conversations", "routing", "autoreply", "crm_sync", "reports")

# What a business decides, changed by staff in admin: versions are kept of all of it (D17).
CONFIGURATION = {
    "conversations": {
        "Portfolio",
        "Channel",
        "ChannelProfile",
        "StepAdvice",
        "Department",
        "DepartmentMember",
        "Tag",
        "Halt",
        "Market",
        "Rate",
        "Allowance",
        "Exchange",
        "Budget",
        "TemplateFill",
    },
    "routing": {"Calendar", "Interval", "Holiday", "DepartmentPlan", "AgentPlan", "RoutingRule"},
    "autoreply": {"Rule", "Variant", "Button", "Policy", "QuickReply"},
    "crm_sync": {"Connection"},
    "reports": {"ReportSchedule"},
}
# What happens, or what machines keep: the journal and the rows themselves are its history.
HAPPENINGS = {
    "conversations": {
        "Contact", "Identity", "Group", "Conversation", "Template", "TemplateSync", "Message", "Reaction", "MessageVersion",
        "Attachment", "ClockShift", "Consent", "Delivery", "Attempt", "EarlyStatus", "AccountUpdate", "AccountFact",
        "GroupParticipant", "GroupJoinRequest", "Receipt",
        "VolumeTier", "Event",
        "Bookmark", "ParkedEvent", "ParkedStep", "Lock", "Note", "Notification", "SavedView", "Order", "OrderLine",
        "Presence", "LedgerEntry", "Rating", "Stamp", "Heartbeat", "Alarm", "ApiToken", "Window", "ChannelHealth", "Upload", "MediaHandle",
        "ChannelSetup", "Signal", "Product", "BudgetMonth", "HeldMessage", "DayTally", "ReachTally", "Reached",
    },
    "routing": {"Turn"},
    "autoreply": {"Firing"},
    "crm_sync": {"ConnectionHealth", "SyncJob"},
    "reports": {"ConversationFact", "WeeklyReport"},
}  # fmt: skip


def ours() -> Iterator[type[models.Model]]:
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            if not model.__name__.startswith("Historical"):
                yield model


def test_every_model_is_said_to_be_configuration_or_happening() -> None:
    for app in OURS:
        found = {model.__name__ for model in ours() if model._meta.app_label == app}
        assert found == CONFIGURATION[app] | HAPPENINGS[app], f"{app}: put a new model into one of the two lists"


def test_configuration_has_a_history() -> None:
    without = [
        model.__name__
        for model in ours()
        if model.__name__ in CONFIGURATION[model._meta.app_label] and not hasattr(model, "history")
    ]
    assert without == [], "history = HistoricalRecords(): who changed it, when, and what it was (D17)"


def test_secrets_stay_out_of_history() -> None:
    from conversations.models.secret import SecretField

    for model in ours():
        if hasattr(model, "history"):
            kept = {field.name for field in model.history.model._meta.get_fields()}
            secret = {field.name for field in model._meta.fields if isinstance(field, SecretField)}
            assert not kept & secret, f"{model.__name__}: HistoricalRecords(excluded_fields=[...])"


def test_constraints_and_indexes_have_names_of_their_own() -> None:
    for model in ours():
        for one in [*model._meta.constraints, *model._meta.indexes]:
            assert one.name, f"{model.__name__}: name it after the rule it keeps, or the screen or job it serves"
            assert not re.search(r"_[0-9a-f]{6,8}(_idx|_uniq)?$", one.name), (
                f"{one.name}: that is Django's name, not ours"
            )
        assert not model._meta.unique_together, f"{model.__name__}: a UniqueConstraint has a name and a message"


def test_people_read_translated_words() -> None:
    """Every field and model is named through gettext; a plain str would stay English for ever."""
    plain = []
    for model in ours():
        if model.__name__ == "ClockShift":  # one row that only the simulator moves: no screen shows it
            continue
        if not isinstance(model._meta.verbose_name, Promise):
            plain.append(model.__name__)
        for field in model._meta.fields:
            if field.primary_key or (isinstance(field, models.OneToOneField) and field.remote_field.parent_link):
                continue
            if not isinstance(field.verbose_name, Promise):
                plain.append(f"{model.__name__}.{field.name}")
    assert plain == [], "name it with gettext_lazy: _('…')"


def test_references_say_what_deletion_does_to_history() -> None:
    """What happened is never deleted by deleting a department, a rule or a person."""
    for model in ours():
        if model.__name__ in {"Message", "Conversation", "Event"}:
            for field in model._meta.fields:
                if isinstance(field, models.ForeignKey):
                    assert field.remote_field.on_delete is not models.CASCADE, (
                        f"{model.__name__}.{field.name}: PROTECT, SET_NULL or DO_NOTHING"
                    )
