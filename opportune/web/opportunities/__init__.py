"""Board, list and record of deals, and what is done there."""
