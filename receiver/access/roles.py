"""The roles that people hold, and whether a role works in offices, in the whole country or for one partner."""

from __future__ import annotations

from receiver.kit.words import LabelledEnum, p_


class Role(LabelledEnum):
    """What somebody is employed to do. Rights come from the matrix; separation is by human, not by role."""

    CASEWORKER = "caseworker", p_("role", "Caseworker")
    RECEPTION_OFFICER = "reception_officer", p_("role", "Reception officer")
    SUPERVISOR = "supervisor", p_("role", "Supervisor")
    FINANCE_OFFICER = "finance_officer", p_("role", "Finance officer")
    APPROVER = "approver", p_("role", "Approver")
    JOB_OFFICER = "job_officer", p_("role", "Job officer")
    PARTNER_USER = "partner_user", p_("role", "Partner user")
    DATA_PROTECTION_OFFICER = "data_protection_officer", p_("role", "Data protection officer")
    AUDITOR = "auditor", p_("role", "Auditor")
    ADMINISTRATOR = "administrator", p_("role", "Administrator")


OFFICE_BOUND = frozenset({Role.CASEWORKER, Role.RECEPTION_OFFICER, Role.SUPERVISOR, Role.JOB_OFFICER})
"""These see only what belongs to their offices."""
PARTNER_BOUND = frozenset({Role.PARTNER_USER})
"""These see only what belongs to their organisation."""
