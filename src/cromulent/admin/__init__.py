"""Administration: the switches of the instance, and the audit log of every administrative act."""

from cromulent.admin.acts import ACTS, record_act
from cromulent.admin.model import AuditEntry
from cromulent.admin.service import MAX_AUDIT_PAGE, AdminService, AuditPage, CallView

__all__ = ["ACTS", "MAX_AUDIT_PAGE", "AdminService", "AuditEntry", "AuditPage", "CallView", "record_act"]
