"""A long session with nonoc lsp, as TAP.

long.py NONOC DATA EDITS BEFORE

Each edit is checked and answered before the next.  Memory must not grow with
their number, nor may descriptors, and in the end what is said of the document
is what is said of the same text opened anew.  BEFORE points were printed
already.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

LETTERS = ['"', "{", "}", "[", "]", ",", ":", " ", "\n", "a", "/", "$HOME", "\u00e4",
           "\U0001f600", "\\", '"read": ["/x"],', "// c\n"]
ORIGINAL = """{
  // Some of everything.
  "extends": ["claude-code"],
  "groups": { "include": ["java_runtime"], "exclude": ["nix_runtime"] },
  "filesystem": {
    "read": ["/opt/tools", { "path": "/opt/mac", "when": "macos" }],
    "allow": ["$HOME/.cache/😀", "$CWD"],
    "deny": ["/opt/secret"]
  },
  "network": { "block": true, "open_port": [8080] },
  "assert": ["never write on $HOME/.bashrc;"]
}
"""
SLACK = 512  # KiB: what an allocator keeps here and there


class Session:
    """One server, spoken to in turns."""

    def __init__(self, nonoc, data):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [nonoc, "lsp", "--data", data, "--no-user-profiles"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        self.asked = 0

    def send(self, message):
        """One message."""
        body = json.dumps(dict(message, jsonrpc="2.0")).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def read(self):
        """The next message."""
        length = 0
        while True:
            line = self.process.stdout.readline().strip()
            if not line:
                break
            length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        """An answer, and what was published before it."""
        self.asked += 1
        self.send({"id": self.asked, "method": method, "params": params})
        published = {}
        while True:
            message = self.read()
            if "id" in message:
                return message.get("result"), published
            params = message["params"]
            published[params["uri"]] = params["diagnostics"]

    def tell(self, method, params):
        """A notification."""
        self.send({"method": method, "params": params})

    def memory(self):
        """What it has in memory, in KiB, and how many descriptors."""
        proc = "/proc/%d/" % self.process.pid
        with open(proc + "status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]), len(os.listdir(proc + "fd"))
        return 0, 0


def position(text, offset):
    """As UTF-16 has it."""
    before = text[:offset]
    line = before.count("\n")
    rest = before[before.rfind("\n") + 1:]
    return {"line": line, "character": len(rest.encode("utf-16-le")) // 2}


def edit(text, r):
    """A random change: (range, new text), and the text after it."""
    at = r.randrange(len(text) + 1)
    end = min(len(text), at + r.choice([0, 0, 1, 3, 30]))
    new = r.choice(["", r.choice(LETTERS), r.choice(LETTERS) + r.choice(LETTERS)])
    where = {"start": position(text, at), "end": position(text, end)}
    return {"range": where, "text": new}, text[:at] + new + text[end:]


def talk(session, uri, original, count):
    """All edits; the text, what is said of it, and memory on the way."""
    r = random.Random(1)
    text, said, early = original, {}, None
    identity = {"uri": uri}
    for i in range(count):
        if i % 10 == 0:  # not for ever in what cannot be read
            change, text = {"text": original}, original
        else:
            change, text = edit(text, r)
        session.tell("textDocument/didChange", {
            "textDocument": dict(identity, version=i + 2), "contentChanges": [change],
        })
        method, params = r.choice([
            ("textDocument/hover", {"position": position(text, r.randrange(len(text) + 1))}),
            ("textDocument/completion", {"position": position(text, r.randrange(len(text) + 1))}),
            ("textDocument/codeLens", {}),
            ("textDocument/codeAction", {
                "range": {"start": position(text, 0), "end": position(text, len(text))},
                "context": {"diagnostics": []},
            }),
        ])
        _, published = session.ask(method, dict(params, textDocument=identity))
        said.update(published)
        if i == count // 10:
            early = session.memory()
    return text, said, early, session.memory()


def main():
    """The points."""
    nonoc, data, count, before = sys.argv[1:]
    points = int(before)
    bad = 0
    with tempfile.TemporaryDirectory() as root:
        session = Session(nonoc, data)
        session.ask("initialize", {"capabilities": {}})
        original = ORIGINAL
        uri = "file://" + root + "/profiles/a.json"
        document = {"uri": uri, "languageId": "json", "version": 1, "text": original}
        session.tell("textDocument/didOpen", {"textDocument": document})
        text, said, early, late = talk(session, uri, original, int(count))
        session.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
        session.tell("textDocument/didOpen", {"textDocument": dict(document, text=text)})
        _, fresh = session.ask("shutdown", {})
        session.tell("exit", {})
        status = session.process.wait(60)
    facts = [
        ("after %s edits it says what it says of that text" % count,
         said.get(uri) == fresh.get(uri)),
        ("it ends well", status == 0),
        ("no descriptor is left open", early[1] == late[1]),
        # The sanitizers keep what was freed.
        ("memory does not grow", late[0] <= early[0] + SLACK
         or "INSTRUMENT_CFLAGS" in os.environ and "address" in os.environ["INSTRUMENT_CFLAGS"]),
    ]
    for what, good in facts:
        points += 1
        bad += not good
        print("ok" if good else "not ok", points, "-", what)
    print("# KiB and descriptors after a tenth: %s %s, at the end: %s %s" % (early + late))
    print("1..%d" % points)
    return bad != 0


sys.exit(main())
