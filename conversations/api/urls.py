"""This floor's part of /api/v1/ (D19). config/urls.py puts the floors together."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from conversations.api import schema  # noqa: F401  registers how tokens are described
from conversations.api.contacts import Contacts
from conversations.api.conversations import Conversations
from conversations.api.costs import Costs
from conversations.api.directory import Agents, Channels, Departments, Tags
from conversations.api.me import Me
from conversations.api.messages import Messages, Thread
from conversations.api.notes import Notes
from conversations.api.products import Products
from conversations.api.templates import Templates
from conversations.api.uploads import Uploads
from conversations.api.verdict import Verdicts

router = SimpleRouter(use_regex_path=False)
router.register("conversations", Conversations, "conversation")
router.register("conversations/<int:conversation>/messages", Thread, "thread")
router.register("conversations/<int:conversation>/uploads", Uploads, "upload")
router.register("conversations/<int:conversation>/notes", Notes, "note")
router.register("messages", Messages, "message")
router.register("contacts", Contacts, "contact")
router.register("departments", Departments, "department")
router.register("agents", Agents, "agent")
router.register("channels", Channels, "channel")
router.register("templates", Templates, "template")
router.register("products", Products, "product")
router.register("tags", Tags, "tag")

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", Me.as_view(), name="me"),
    path("conversations/<int:conversation>/verdict/", Verdicts.as_view({"get": "retrieve"}), name="verdict"),
    path("costs/", Costs.as_view(), name="costs"),
    path("", include(router.urls)),
]
