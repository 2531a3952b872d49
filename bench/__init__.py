"""Measuring Opportune: a generator of data, floors by hand-written SQL, and a driver of the served product."""
