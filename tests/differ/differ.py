"""Random documents: the JSON Schemas against decode, as TAP.

differ.py NONOC DECODE COUNT SEED [BEFORE]

COUNT documents are made by walking the schema, a tenth of them groups; most
are then changed somewhere, in their shape or in a string.  Each is held against
the schema of both drafts, by the validator of python's jsonschema, and against
nonoc's decode pass: they must agree.  What a schema cannot say is named here,
and nothing else may differ.  BEFORE points were printed already.
"""

import copy
import json
import random
import re
import subprocess
import sys

import jsonschema

# What strings are made of: what some format or other asks for, and what none
# should take.
WORDS = [
    "a", "agent", "node_runtime", "deny_credentials", "rm", "PATH", "HOME",
    "NONO_X", "LD_PRELOAD", "IFS", "AWS_*", "*", "**", "~", "~/x", "~x", "$",
    "$HOME", "$HOME/x", "${HOME}/x", "${HOME", "${}", "$1", "$$", "/", "//",
    "/opt/a", "/opt/*", "/a/**", ".", "..", "./a", "", " ", "\t", "  ", "a b",
    "a/b", "a:b", "a=b", "a@b", "@git:hooks-path", "@git:toplevel", "@git:x",
    "@", "linux", "macos", "windows", "!linux", "! linux", "linux:debian",
    "linux:debian-like:>=12", "linux:a:==1:b", "linux:a:b:c:d", "macos:>=15",
    "macos:15:1", "windows:10:2", "freebsd:14", "solaris", "linux:", ":", "!",
    "!!linux", "linux ", " linux", "Linux", "macOS", "darwin", "lunix", "mac",
    ">=12", "24h", "0h", "1", "10s", "1w", "https://a.example",
    "http://a.example", "http://localhost", "http://localhost:80/x",
    "http://127.0.0.1", "http://127.0.0.1@a.example", "http://127.1..2:9",
    "http://[::1]:8080", "http://x@localhost", "http://localhost.a.example",
    "https://", "op://v/i/f", "bw://x", "file://x", "isolated", "allow_all",
    "none", "read", "readwrite", "off", "auto", "\u00fc", "\U0001f600",
    "\u202e", "\ufeff", "\u0085", "\u007f", "\u2028", "\u2066", "\u061c",
    "\u200e", "a\n", "\n", "a\nb", "a\r", "\u0001", "x" * 129, "-", "_", "0",
    "-a", ".a", "a-", "a.b", "true", "null", "...",
]
ALPHABET = "aZ0_-./:*$~@{}!<>=? \t\n\"\\'\u0001\u007f\u0085\u00e9\u202e\U0001f600"
SCALARS = [
    None, True, False, 0, 1, -1, 80, 65535, 65536, 2**31, 2**63 - 1, 2**63,
    1.5, "", [], {}, [[]], [{}], [None], [1, 2], [3010, 3000], [1, 20000],
]


class Maker:
    """Random values that a schema takes, for the most part."""

    def __init__(self, seed, schema):
        self.random = random.Random(seed)
        self.schema = schema
        self.keys = sorted(set(self.all_keys(schema)))

    def all_keys(self, schema):
        """Every key that the schema knows."""
        if isinstance(schema, dict):
            properties = schema.get("properties")
            if isinstance(properties, dict):
                yield from properties
            for value in schema.values():
                yield from self.all_keys(value)
        elif isinstance(schema, list):
            for value in schema:
                yield from self.all_keys(value)

    def word(self):
        """Some string."""
        r = self.random
        if r.random() < 0.8:
            return r.choice(WORDS)
        return "".join(r.choice(ALPHABET) for _ in range(r.randrange(9)))

    def fitting(self, pattern):
        """A string of the pattern, if one is found soon."""
        expression = compiled(pattern)
        for _ in range(40):
            word = self.word()
            if expression.search(word):
                return word
        return self.word()

    def resolved(self, schema):
        """The schema that a reference leads to."""
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = self.schema["definitions"][name]
        return schema

    def value(self, schema, depth=0):
        """A value."""
        r = self.random
        schema = self.resolved(schema)
        if "anyOf" in schema:
            return self.value(r.choice(schema["anyOf"]), depth)
        if "enum" in schema:
            return r.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self.object(schema, depth)
        if kind == "array":
            return self.array(schema, depth)
        if kind == "string":
            if "pattern" in schema:
                return self.fitting(schema["pattern"])
            return self.word()
        if kind == "integer":
            top = min(schema.get("maximum", 100), 70000)
            return r.choice([0, 1, 80, 443, r.randrange(top + 1), top])
        if kind == "boolean":
            return r.random() < 0.5
        if kind == "null":
            return None
        return copy.deepcopy(r.choice(SCALARS))

    def array(self, schema, depth):
        """A list, of a pair if the schema wants one."""
        n = self.random.choice([0, 1, 1, 2, 3])
        n = max(n, schema.get("minItems", 0))
        n = min(n, schema.get("maxItems", n))
        items = [
            self.value(schema.get("items", {}), depth + 1) for _ in range(n)
        ]
        if "maxItems" in schema and self.random.random() < 0.8:
            items.sort(key=str)
        return items

    def object(self, schema, depth):
        """An object with what it must have and some of the rest."""
        r = self.random
        made = {}
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        chance = 0.12 if depth == 0 else 0.35
        for key, one in properties.items():
            wanted = key in required
            if wanted or (
                r.random() < chance / (1 + 3 * bool(one.get("deprecated")))
            ):
                made[key] = self.value(one, depth + 1)
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            names = self.resolved(schema.get("propertyNames", {}))
            for _ in range(r.randrange(3)):
                name = self.fitting(names.get("pattern", "^"))
                made[name] = self.value(more, depth + 1)
        return made

    def places(self, value, found=None):
        """Every (container, key) in a value."""
        found = [] if found is None else found
        if isinstance(value, dict):
            items = list(value.items())
        elif isinstance(value, list):
            items = list(enumerate(value))
        else:
            return found
        for key, one in items:
            found.append((value, key))
            self.places(one, found)
        return found

    def change(self, document):
        """One mutation."""
        r = self.random
        places = self.places(document)
        if not places:
            return r.choice([document, [], None, 1, "a", {r.choice(self.keys): 1}])
        container, key = r.choice(places)
        what = r.randrange(7)
        if what == 0:
            container[key] = copy.deepcopy(r.choice(SCALARS))
        elif what == 1:
            del container[key]
        elif what == 2 and isinstance(container, dict):
            container[r.choice(self.keys + [self.word()])] = container.pop(key)
        elif what == 3 and isinstance(container, dict):
            container[r.choice(self.keys)] = copy.deepcopy(container[key])
        elif what == 4 and isinstance(container, list):
            container.append(copy.deepcopy(r.choice([container[key], self.word()])))
        elif isinstance(container[key], str):
            text = container[key]
            at = r.randrange(len(text) + 1)
            container[key] = r.choice([
                self.word(), text[:at] + r.choice(ALPHABET) + text[at:],
                text[:at] + text[at + 1:], text + "\n", text.upper(),
            ])
        else:
            container[key] = r.choice([[container[key]], {"path": self.word()}])
        return document

    def document(self):
        """A document, changed up to three times."""
        made = self.value(self.schema)
        for _ in range(self.random.choice([0, 0, 1, 1, 1, 2, 3])):
            made = self.change(made)
        return made


CACHE = {}


def compiled(pattern):
    """As ECMA 262 has it: $ is the end, and not a line end before it."""
    if pattern not in CACHE:
        CACHE[pattern] = re.compile(re.sub(r"(?<!\\)\$(?=$|[|)])", r"\\Z", pattern))
    return CACHE[pattern]


def check_pattern(_, pattern, instance, __):
    """The keyword, by the function above."""
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield jsonschema.ValidationError("%r does not match" % instance)


def validator(cls, schema):
    """A validator of the draft."""
    cls.check_schema(schema)
    return jsonschema.validators.extend(cls, {"pattern": check_pattern})(schema)


def strings_of(value, under=None):
    """(key, string) of each string below a key."""
    if isinstance(value, str):
        yield under, value
    elif isinstance(value, list):
        for one in value:
            yield from strings_of(one, under)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from strings_of(one, key)


def edits(a, b):
    """Insertions, deletions, replacements, swaps of neighbours."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(rows[-1][j - 1] + (x != y), rows[-1][j] + 1, row[-1] + 1))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def slip_of_system(document):
    """A condition that names almost a system: no pattern says "almost"."""
    for key, text in strings_of(document):
        match = re.match(r"[ \t\r\n]*!?([A-Za-z0-9_.-]+)", text)
        if key != "when" or not match:
            continue
        name = match[1]
        low = name.lower()
        limit = 0 if len(name) < 3 else 1 if len(name) < 6 else 2
        if name not in ("linux", "macos", "windows") and (
            low in ("linux", "macos", "windows", "darwin", "osx", "mac")
            or limit and any(
                edits(low, known) <= limit
                for known in ("linux", "macos", "windows")
            )
        ):
            return True
    return False


def bad_ranges(document):
    """Ranges that end before they begin, or hold too many: no arithmetic."""
    network = document.get("network") if isinstance(document, dict) else None
    for key in ("open_port_range", "listen_port_range"):
        ranges = network.get(key) if isinstance(network, dict) else None
        total = 0
        for first, last in ranges or []:
            if first > last:
                return True
            total += last - first + 1
        if total > 16384:
            return True
    return False


# The errors of decode on what the schema takes, and when they may be.
BEYOND = {"N2006": slip_of_system, "N2009": bad_ranges}


def fraction(value):
    """1.0 is an integer to a schema: it sees values, and not how they are written."""
    if isinstance(value, float):
        return value.is_integer()
    if isinstance(value, list):
        return any(map(fraction, value))
    if isinstance(value, dict):
        return any(map(fraction, value.values()))
    return False


def may_differ(document, valid, verdict):
    """Is it one of the named classes?"""
    if not valid:
        return False
    return fraction(document) or all(
        code in BEYOND and BEYOND[code](document) for code in verdict.split()
    )


def compare(nonoc, decode, what, count, seed):
    """Yields (document, valid in both drafts, verdict)."""
    schemas = [
        json.loads(subprocess.run(
            [nonoc, "schema", "--draft=" + draft, what],
            capture_output=True, check=True,
        ).stdout)
        for draft in ("07", "2020-12")
    ]
    validators = [
        validator(jsonschema.Draft7Validator, schemas[0]),
        validator(jsonschema.Draft202012Validator, schemas[1]),
    ]
    maker = Maker(seed, schemas[0])
    documents = [maker.document() for _ in range(count)]
    text = "".join(json.dumps(d) + "\n" for d in documents)
    verdicts = subprocess.run(
        [decode, what], input=text.encode(), capture_output=True, check=True
    ).stdout.decode().splitlines()
    assert len(verdicts) == count
    for document, verdict in zip(documents, verdicts):
        yield document, [v.is_valid(document) for v in validators], verdict


def main():
    """A point for each kind of document."""
    nonoc, decode, count, seed, *more = sys.argv[1:]
    before = int(more[0]) if more else 0
    bad = 0
    for point, (what, n) in enumerate(
        (("profile", int(count) - int(count) // 10), ("group", int(count) // 10)),
        before + 1,
    ):
        tally = {"good": 0, "bad": 0, "unread": 0, "named": 0}
        wrong = []
        for document, valid, verdict in compare(nonoc, decode, what, n, int(seed)):
            if verdict == "unread":
                tally["unread"] += 1
                continue
            good = verdict == "good"
            if valid[0] == valid[1] == good:
                tally["good" if good else "bad"] += 1
            elif valid[0] == valid[1] and may_differ(document, valid[0], verdict):
                tally["named"] += 1
            else:
                wrong.append((valid, verdict, json.dumps(document)))
        # A generator that makes only one kind would show nothing.
        enough = min(tally["good"], tally["bad"]) * 5 >= n
        failed = bool(wrong) or not enough
        bad += failed
        print("not ok" if failed else "ok", point, "- %d random %ss" % (n, what))
        print("#", ", ".join("%d %s" % (v, k) for k, v in tally.items()))
        for line in sorted(wrong, key=lambda w: len(w[2]))[:10]:
            print("# schema %s, decode %s: %s" % line)
        if wrong:
            print("# %d differ" % len(wrong))
    print("1..%d" % (before + 2))
    return bad != 0


sys.exit(main())
