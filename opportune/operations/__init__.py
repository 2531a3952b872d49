"""Running Opportune: starting, serving, working off tasks, and looking after an installation."""
