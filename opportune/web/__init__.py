"""The door for people: pages and fragments of pages. It holds no rule."""
