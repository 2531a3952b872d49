"""The frame around every screen: home, search, preferences, undo, set-up, pickers."""
