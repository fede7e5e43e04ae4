"""Pages that belong to no single room: today, the menu, progress, the audit trail, words, health, help."""
