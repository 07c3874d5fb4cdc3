"""How REST views ask the permission table: a view names what it needs per method; a token must also carry the scope."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from conversations.access.roles import Can, allows
from conversations.models.token import ApiToken


class RolePermission(BasePermission):
    """Views set `reads: Can` and `writes: Can` (or `needs: dict[action, Can]`). Without: nothing."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        safe = request.method in SAFE_METHODS
        if isinstance(request.auth, ApiToken):
            scopes = set(request.auth.scopes)
            needed = getattr(view, "scope", None) or ("read" if safe else "write")
            if needed not in scopes and "admin" not in scopes:
                return False
        needs: dict[str, Can] = getattr(view, "needs", {})
        action = getattr(view, "action", None)
        wanted = needs.get(action or "") or (getattr(view, "reads", None) if safe else getattr(view, "writes", None))
        if wanted is None:
            return bool(getattr(view, "any_role", False))
        return allows(request.user, wanted)
