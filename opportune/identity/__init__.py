"""People, teams, units, roles and tokens: who may do what, and what they see (domain.md §7)."""
