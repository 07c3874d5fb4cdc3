"""What every REST view of the desk shares. Floors above use it too."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from conversations.access.roles import Can
from conversations.actions import presence
from conversations.actor import Actor


class DeskView:
    """Mixed into every view: it says what it needs of the permission table, and a write shows that the person is there.

    `reads`, `writes` for safe and other methods; `needs` names single actions; `ordering` is the cursor's.
    """

    reads: Can | None = None
    writes: Can | None = None
    needs: dict[str, Can] = {}
    ordering: Any = ("-pk",)
    request: Any

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the view it is mixed into
        if request.method not in SAFE_METHODS:
            presence.seen(user=self.user)

    @property
    def user(self) -> User:
        """The signed-in person: RolePermission has refused everybody else."""
        return cast(User, self.request.user)

    @property
    def actor(self) -> Actor:
        return Actor.person(self.user)

    @property
    def describing(self) -> bool:
        """Called by the generator of the OpenAPI description, without a person."""
        return bool(getattr(self, "swagger_fake_view", False))
