"""The JSON Schema against nonoc, document by document, as TAP.

compare.py NONOC SCHEMA PAGE DOCUMENTS FILE...

DOCUMENTS holds a document a line, each FILE one.  A document is good when
nonoc can decode it; the schema must say the same.
"""

import json
import os
import subprocess
import sys
import tempfile

import jsonschema

# What a schema cannot say: system names that are nearly right, and arithmetic;
# nonoc(1) and differ.py name the same.
WIDER = {
    "bad-when-predicate-system",
    "out-of-range-many",
    "out-of-range-range",
}


def decodes(nonoc, text, directory):
    """Whether nonoc takes it; None if it is not even read."""
    path = os.path.join(directory, "document.json")
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    done = subprocess.run(
        [nonoc, "show", "--stage=ast", path], capture_output=True, check=False
    )
    return None if b"[N1" in done.stderr else done.returncode == 0


def keys(schema):
    """Every key that the schema knows."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys(value)


def main():
    nonoc, schema, page, documents, *files = sys.argv[1:]
    with open(schema, encoding="utf-8") as source:
        schema = json.load(source)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    with open(documents, encoding="utf-8") as source:
        cases = [(line.strip(), line) for line in source]
    for path in files:
        if os.path.isfile(path):
            name = os.path.splitext(os.path.basename(path))[0]
            with open(path, encoding="utf-8", errors="replace") as source:
                cases.append((name, source.read()))
    point = bad = 0
    with tempfile.TemporaryDirectory() as directory:
        for name, text in cases:
            try:
                document = json.loads(text)
            except ValueError:
                continue  # comments, or a case for the reader
            valid = validator.is_valid(document)
            decoded = decodes(nonoc, text, directory)
            if decoded is None:
                continue
            agree = valid == decoded
            if name in WIDER:
                agree = valid and not decoded
            point += 1
            bad += not agree
            print("ok" if agree else "not ok", point, "-", name)
            if not agree:
                print("# schema:", valid, "nonoc:", decoded)
    with open(page, encoding="utf-8") as source:
        words = set(source.read().replace(".", " ").split())
    for key in sorted(set(keys(schema))):
        point += 1
        bad += key not in words
        print("ok" if key in words else "not ok", point, "- manual:", key)
    print("1..%d" % point)
    return bad != 0


sys.exit(main())
