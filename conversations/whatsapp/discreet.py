"""Keeping a webhook without saying who its customers are: that stands in rows that can be erased (D16). Pure."""

from __future__ import annotations

from typing import Any

# Fields that tell of the business alone; in all others, what says who a customer is is left out.
OF_THE_BUSINESS = frozenset(
    {
        "account_alerts", "account_review_update", "account_update", "business_capability_update", "business_username_update",
        "business_username_updates", "message_template_components_update", "message_template_quality_update",
        "message_template_status_update", "phone_number_name_update", "phone_number_quality_update", "security",
        "template_category_update",
    }
)  # fmt: skip
PERSONAL = frozenset(
    {
        "contacts", "from", "from_user_id", "from_parent_user_id", "to", "to_user_id", "wa_id", "user_id", "parent_user_id", "input",
        "username", "full_name", "first_name", "phone_number", "recipient_id", "recipient_user_id", "recipient_participant_id",
        "recipient_participant_user_id", "previous", "current", "session", "identity",
        "thread", "own",
    }
)  # fmt: skip
LEFT_OUT = "…"


def without_people(value: Any) -> Any:
    """A copy in which whatever says who a customer is reads "…" (D16: erasure need not touch it)."""
    if isinstance(value, dict):
        told_by_meta = value.get("type") == "system"  # its body names the customer
        return {
            key: LEFT_OUT if key in PERSONAL or (told_by_meta and key == "system") else without_people(inner)
            for key, inner in value.items()
        }
    return [without_people(inner) for inner in value] if isinstance(value, list) else value
