"""Admin pages of crm_sync."""

from crm_sync.admin.connections import ConnectionAdmin
from crm_sync.admin.jobs import SyncJobAdmin

__all__ = ["ConnectionAdmin", "SyncJobAdmin"]
