"""Kinds of connections: kind -> where its connector is. A table to read, imported on first use (STYLE habit 14)."""

from __future__ import annotations

from django.utils.module_loading import import_string

from crm_sync.connectors.contract import Connector

CONNECTORS: dict[str, str] = {
    "webhook": "crm_sync.connectors.webhook.client.SignedWebhook",
}


def connector(kind: str) -> Connector:
    """Raises KeyError for a kind that is not in the table."""
    made: Connector = import_string(CONNECTORS[kind])()
    return made
