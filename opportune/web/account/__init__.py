"""Signing in, and what a person settles about it: the library's pages in the house's look, and a few of our own."""
