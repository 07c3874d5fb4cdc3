"""How lists of conversations are narrowed (C40)."""

from __future__ import annotations

from typing import Any

import django_filters
import django_filters.rest_framework
from django.db.models import Q, QuerySet

from conversations.api.bounds import IdFilter, TimeFilter
from conversations.models import Channel, Contact, Conversation, Department, Priority, Tag
from conversations.queries.search import search_conversations

PRIORITY_BY_NAME = {priority.name.lower(): priority.value for priority in Priority}


class ConversationFilter(django_filters.rest_framework.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Conversation.Status.choices, label="Repeat it for several.")
    department = django_filters.ModelMultipleChoiceFilter(queryset=Department.objects.all())
    assignee = django_filters.CharFilter(method="by_assignee", label="`me`, `none`, or an agent's id.")
    channel = django_filters.ModelMultipleChoiceFilter(queryset=Channel.objects.all())
    contact = IdFilter(field_name="contact_id")
    priority = django_filters.MultipleChoiceFilter(
        choices=[(name, name) for name in PRIORITY_BY_NAME], method="by_priority", label="Repeat it for several."
    )
    unread = django_filters.BooleanFilter(method="by_unread", label="Whether something is unread.")
    waiting = django_filters.BooleanFilter(method="by_waiting", label="Whether the customer wrote last and waits.")
    window = django_filters.MultipleChoiceFilter(
        field_name="window_state",
        choices=Conversation.WindowState.choices,
        label="As of the last round, which runs each minute. Repeat it for several.",
    )
    tag = django_filters.ModelMultipleChoiceFilter(
        queryset=Tag.objects.all(), method="by_tag", label="On the conversation or on its contact."
    )
    tier = django_filters.CharFilter(field_name="contact__tier")
    needs_person = django_filters.BooleanFilter()
    opened_after = TimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = TimeFilter(field_name="opened_at", lookup_expr="lt")
    active_after = TimeFilter(field_name="last_activity_at", lookup_expr="gte")
    active_before = TimeFilter(field_name="last_activity_at", lookup_expr="lt")
    search = django_filters.CharFilter(
        method="by_words", label="Every word in messages, the contact's name or identities, or the number."
    )

    class Meta:
        model = Conversation
        fields: list[str] = []

    def by_assignee(self, rows: QuerySet[Conversation], name: str, value: str) -> QuerySet[Conversation]:
        if value == "me":
            return rows.filter(assignee=self.request.user.pk)
        if value == "none":
            return rows.filter(assignee__isnull=True)
        if value.isascii() and value.isdigit() and len(value) < 19:
            return rows.filter(assignee=int(value))
        return rows.none()

    def by_priority(self, rows: QuerySet[Conversation], name: str, value: list[str]) -> QuerySet[Conversation]:
        return rows.filter(priority__in=[PRIORITY_BY_NAME[one] for one in value]) if value else rows

    def by_unread(self, rows: QuerySet[Conversation], name: str, value: bool) -> QuerySet[Conversation]:
        return rows.filter(unread__gt=0) if value else rows.filter(unread=0)

    def by_waiting(self, rows: QuerySet[Conversation], name: str, value: bool) -> QuerySet[Conversation]:
        return rows.filter(waiting_since__isnull=not value)

    def by_tag(self, rows: QuerySet[Conversation], name: str, value: Any) -> QuerySet[Conversation]:
        for tag in value:
            tagged = Q(pk__in=Conversation.tags.through.objects.filter(tag=tag).values("conversation"))
            rows = rows.filter(tagged | Q(contact__in=Contact.tags.through.objects.filter(tag=tag).values("contact")))
        return rows

    def by_words(self, rows: QuerySet[Conversation], name: str, value: str) -> QuerySet[Conversation]:
        return search_conversations(rows, value)
