"""The pages of the bin."""
