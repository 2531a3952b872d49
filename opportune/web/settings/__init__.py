"""The settings area: what administrators set for everybody, an area a module."""
