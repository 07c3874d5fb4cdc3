"""The nouns of crm_sync. Import them from here."""

from crm_sync.models.connection import Connection, ConnectionHealth
from crm_sync.models.sync_job import ObjectKind, SyncJob

__all__ = ["Connection", "ConnectionHealth", "ObjectKind", "SyncJob"]
