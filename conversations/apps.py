from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConversationsApp(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from conversations.access.roles import sync_roles  # noqa: PLC0415  models are not loaded before ready()
        from conversations.cost.starter import install_first  # noqa: PLC0415

        # Not business flow: groups are kept in step with the permission table whenever migrations ran (R40: "kept on upgrade").
        post_migrate.connect(sync_roles, dispatch_uid="conversations.sync_roles")
        # Nor this: what a new desk begins with, once.
        post_migrate.connect(install_first, dispatch_uid="conversations.install_first")
