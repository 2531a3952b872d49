"""Finding records by words, in any spelling, within what the actor may see (domain.md §7)."""
