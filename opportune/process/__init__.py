"""Sales processes: ordered stages with steps, chances, gates and days (domain.md §3)."""
