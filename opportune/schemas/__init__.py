"""Shapes of what goes in and comes out, shared by the doors: one module a noun.

Outgoing shapes are built from the frozen rows that queries answer with, incoming ones check types only: what a
value may be is for the actions to say, so that every door gives the same verdict.
"""
