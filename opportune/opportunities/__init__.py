"""The deal: its fields, its moves through a process, its closing and its entries (domain.md §2–§3)."""
