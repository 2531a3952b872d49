"""The bin: deals, accounts and contacts that were deleted, for thirty days; then they are purged."""
