"""Templates of one account: what synchronising and submitting ask of Meta (facts §8)."""

from __future__ import annotations

from conversations.whatsapp.transport import Json, Transport

TEMPLATE_FIELDS = (
    "id", "name", "language", "status", "rejected_reason", "category", "correct_category", "quality_score",
    "parameter_format", "message_send_ttl_seconds", "components",
)  # fmt: skip


class Management(Transport):
    """The business management side of Meta's API, slower and limited by the hour (facts §8)."""

    def templates(self) -> list[Json]:
        """All pages."""
        found: list[Json] = []
        params: Json = {"fields": ",".join(TEMPLATE_FIELDS), "limit": 100}
        while True:
            page = self.call("GET", f"{self.access.waba_id}/message_templates", params=params)
            found += page.get("data") or []
            after = ((page.get("paging") or {}).get("cursors") or {}).get("after")
            if not after or not (page.get("paging") or {}).get("next"):
                return found
            params = {**params, "after": after}

    def template(self, template_id: str) -> Json:
        return self.call("GET", template_id, params={"fields": ",".join(TEMPLATE_FIELDS)})

    def create_template(self, body: Json) -> Json:
        """{id, status, category}. The review follows by webhook, within 24 hours."""
        return self.call("POST", f"{self.access.waba_id}/message_templates", json=body)

    def edit_template(self, template_id: str, body: Json) -> None:
        """All components at once. Of an approved one 1 in 24 h and 10 in 30 days (facts §8)."""
        self.call("POST", template_id, json=body)

    def delete_template(self, name: str, template_id: str = "") -> None:
        """Without an id in every language. The name is blocked for 30 days."""
        params = {"name": name, **({"hsm_id": template_id} if template_id else {})}
        self.call("DELETE", f"{self.access.waba_id}/message_templates", params=params)
