"""What nobody means well: one corpus for every field of every door.

`EVERYWHERE` are the texts that each test tries; `ALL` are all of them, for the long runs. `BODIES` are JSON texts and
`FILES` the bytes of files.
"""

from __future__ import annotations

import json

SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
TEMPLATE = "{{7*7191}}${7*7191}<%= 7*7191 %>#{7*7191}{0}{name}%s%(x)s"
CALCULATED = str(7 * 7191)
SQL = "'; DROP TABLE opportunities_opportunity; --\" OR 1=1 /*"
PATH = "../../../../etc/passwd%00.html"
FORMULA = '=HYPERLINK("http://evil.example","click")'
LOOK_ALIKES = "Аcme\u202etxt.exe\u200b\u2066ｐａypal"  # Cyrillic, right-to-left, no width, full width
BLANK = "\u00a0\u2028\u3000"
NUL = "a\x00b"
HALF = "half \ud800 a character"
LONG = "x" * 5000
CONTROL = "line\r\nX-Evil: 1\x1b[31mred\x07"
COMBINED = "a" + "\u0301" * 500
SCHEME = "javascript:alert(document.domain)"
EMOJI = "\ufffe\u202e😀👨‍👩‍👧‍👦"

EVERYWHERE = (SCRIPT, TEMPLATE, SQL, NUL, "\x00", EMOJI, LONG, "-1", "9" * 19, "9" * 5000, "²")
ALL = (
    *EVERYWHERE,
    PATH,
    FORMULA,
    LOOK_ALIKES,
    BLANK,
    HALF,
    CONTROL,
    COMBINED,
    SCHEME,
    "NaN",
    "Infinity",
    "1e400",
    "0x10",
    "1_000",
    "true",
    "null",
    "[]",
    "9999-12-31",
    "0000-00-00",
    "account:1",
    "' onfocus='alert(1)",
)

DEEP = "[" * 5000 + "]" * 5000
VALUES = (
    *(json.dumps(text) for text in (SCRIPT, TEMPLATE, SQL, NUL, LOOK_ALIKES, LONG, FORMULA, PATH, "")),
    '"\\ud800"',
    "NaN",
    "-Infinity",
    "1e400",
    "9" * 400,
    "9223372036854775808",
    "-1",
    "0.00001",
    "true",
    "null",
    "[]",
    "{}",
    '[{"a": [1]}]',
    "[" * 200 + "]" * 200,
    DEEP,
)
"""JSON texts of a value, some of which are no JSON."""

BODIES = (
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "5",
    "NaN",
    DEEP,
    '{"a": ' * 5000 + "1" + "}" * 5000,
    '{"subject": "a", "subject": "b"}',
    '{"__proto__": {"x": 1}}',
    '{"\\ud800": 1}',
    "\ufeff{}",
    '{"a": ' + "9" * 100_000 + "}",
)

FILES = (
    b"",
    b"\x00" * 100,
    b"\xff\xfe\x00i\x00d",
    b"id\xff,what\n1,2\n",
    b"id,what,who,seller,state,from,until,worth\n\x80\x81,,,,,,,\n",
    b'id,what,who,seller,state,from,until,worth\n"never closed,,,,,,,\n',
    b"id,what,who,seller,state,from,until,worth\n" + b"," * 100_000 + b"\n",
    b"id,what,who,seller,state,from,until,worth\n" + b"x" * 1_100_000 + b",,,,,,,\n",
    b"PK\x03\x04 not a table",
    b"\x1f\x8b\x08 nor this",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
)
