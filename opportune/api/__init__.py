"""The REST door: `/api/v1/`, bearer tokens, JSON in and out, errors as `application/problem+json`.

Verbs are resources (`POST /opportunities/7/closure`). No rule lives here: a route reads its shape, calls one action or
one query, and answers with a fresh shape.
"""
