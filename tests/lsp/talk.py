"""Conversations with nonoc lsp, as TAP.

talk.py [--regen] NONOC DATA TRANSCRIPT...

A transcript is read a line at a time; a line that begins with a blank goes on
with the one before it, and # begins a comment.

    options --target macos      of nonoc lsp; before the first message
    file NAME                   written beside the documents; the text follows,
    | text                      a line each behind "| "
    open NAME                   textDocument/didOpen; the text follows likewise
    begin                       initialize, which is answered, and initialized
    change NAME RANGE "TEXT"    textDocument/didChange; no RANGE: the whole text
    -> METHOD PARAMETERS        a request; its id counts from 1
    ~> METHOD PARAMETERS        a notification
    raw "BYTES"                 as they are, in the words of JSON
    <- MESSAGE                  the next that nonoc says, its id left out
    eof                         nothing more is said to it
    status N                    what it exits with

Positions are written "LINE:CHARACTER" and ranges "0:2-0:5"; $ROOT is the
directory of the files, $DATA that of nonoc's own, both as URIs.  Of a
diagnostic its source and the section of docs/errors.md that it leads to are
looked at and left out.  --regen puts down what nonoc says; read the difference.
"""

import json
import os
import re
import select
import subprocess
import sys
import tempfile
import urllib.parse

WIDTH = 100
PATIENCE = 60.0  # seconds; under a sanitizer on a busy machine
QUIET = 0.4


def shorten(value):
    """Positions and ranges as they are written in a transcript."""
    if isinstance(value, dict):
        if set(value) == {"line", "character"}:
            return "%d:%d" % (value["line"], value["character"])
        value = {key: shorten(v) for key, v in value.items()}
        if set(value) == {"start", "end"}:
            return "%s-%s" % (value["start"], value["end"])
        return value
    if isinstance(value, list):
        return [shorten(v) for v in value]
    return value


def lengthen(value):
    """The other way round, where a position belongs."""

    def position(text):
        line, character = text.split(":")
        return {"line": int(line), "character": int(character)}

    def one(key, v):
        if isinstance(v, str) and key in ("position", "range"):
            if re.fullmatch(r"\d+:\d+", v):
                return position(v)
            if re.fullmatch(r"\d+:\d+-\d+:\d+", v):
                start, end = v.split("-")
                return {"start": position(start), "end": position(end)}
        return lengthen(v)

    if isinstance(value, dict):
        return {key: one(key, v) for key, v in value.items()}
    if isinstance(value, list):
        return [lengthen(v) for v in value]
    return value


def tidy(message, sections):
    """A message without what is the same in all."""
    if message is None:
        return None
    message.pop("id", None)
    params = message.get("params", {})
    for one in params.get("diagnostics", []):
        link = one.get("codeDescription", {}).get("href", "")
        page, _, section = link.partition("#")
        if (
            page == "$DATA/docs/errors.md"
            and section in sections
            and section.split("-")[0] == one["code"].lower()
        ):
            del one["codeDescription"]
        if one.get("source") == "nonoc":
            del one["source"]
    return shorten(message)


def headings(data):
    """The sections of docs/errors.md, as a browser names them."""
    with open(os.path.join(data, "docs/errors.md"), encoding="utf-8") as page:
        return {
            line[3:].strip().lower().replace(" ", "-")
            for line in page
            if line.startswith("## ")
        }


def pretty(value, indent):
    """JSON, on one line where it fits."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= WIDTH or not isinstance(value, (dict, list)):
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, list):
        inner = [pretty(v, indent + 2) for v in value]
        begin, end = "[]"
    else:
        inner = [
            json.dumps(key) + ": " + pretty(v, indent + 2)
            for key, v in value.items()
        ]
        begin, end = "{}"
    return (
        begin + "\n" + ",\n".join(pad + i for i in inner)
        + "\n" + " " * indent + end
    )


class Server:
    """One nonoc lsp, its ends of the pipes, and what it said."""

    def __init__(self, command, names):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.names = names
        self.unsent = b""
        self.heard = b""

    def put(self, data):
        """Is sent with what follows before the next answer is read."""
        self.unsent += data

    def say(self, message):
        """Sends a message in its frame."""
        text = json.dumps(dict(message, jsonrpc="2.0"))
        for name, uri in self.names:
            text = text.replace(name, uri)
        body = text.encode()
        self.put(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def flush(self):
        """Sends what is to be sent."""
        data, self.unsent = self.unsent, b""
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def fill(self, patience):
        """Reads some more; false when there is nothing."""
        ready, _, _ = select.select([self.process.stdout], [], [], patience)
        data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
        self.heard += data
        return bool(data)

    def hear(self, patience):
        """The next message, or None."""
        self.flush()
        while True:
            match = re.match(rb"Content-Length: (\d+)\r\n\r\n", self.heard)
            if match and len(self.heard) >= match.end() + int(match[1]):
                end = match.end() + int(match[1])
                body = self.heard[match.end():end].decode()
                self.heard = self.heard[end:]
                break
            if not self.fill(patience):
                return None
        for name, uri in self.names:
            body = body.replace(uri, name)
        message = json.loads(body)
        if message.pop("jsonrpc", None) != "2.0":
            raise ValueError("no jsonrpc")
        if isinstance(message.get("result"), dict):
            message["result"].get("serverInfo", {}).pop("version", None)
        return message

    def end(self):
        """Closes its input; what is left of its output, and its status."""
        self.flush()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        while self.fill(PATIENCE):
            pass
        return self.heard, self.process.wait(PATIENCE)


def statements(path):
    """(line number, word, rest, text lines) of a transcript."""
    found = []
    with open(path, encoding="utf-8", newline="\n") as source:
        for number, line in enumerate(source.read().split("\n")[:-1], 1):
            if line.startswith("|"):
                found[-1][3].append(line[2:])
            elif line[:1] in (" ", "\t") and found:
                found[-1][2] += "\n" + line
            else:
                word, _, rest = line.partition(" ")
                found.append([number, word, rest, []])
    return found


class Conversation:
    """One transcript, held against the server."""

    def __init__(self, nonoc, data, path, regen):
        self.statements = statements(path)
        self.regen = regen
        self.wrong = []
        self.out = []
        self.asked = 0
        self.versions = {}
        self.options = []
        self.command = [nonoc, "lsp", "--data", data, "--no-user-profiles"]
        self.data = data
        self.sections = headings(data)
        self.server = None
        self.root = None

    def names(self):
        """What stands for what, the longer one first."""
        def uri(path):
            return "file://" + urllib.parse.quote(os.path.realpath(path))
        return [("$ROOT", uri(self.root)), ("$DATA", uri(self.data))]

    def start(self):
        """Starts the server with the first word to it."""
        if self.server is None:
            self.server = Server(self.command + self.options, self.names())
        return self.server

    def notify(self, method, params):
        """Sends a notification."""
        self.start().say({"method": method, "params": params})

    def expect(self, number, rest):
        """Compares the next message."""
        got = tidy(self.start().hear(PATIENCE), self.sections)
        if json.loads(rest) != got:
            self.wrong.append("line %d, got:\n%s" % (number, pretty(got, 3)))
        if got is None:
            raise EOFError

    def record(self):
        """Puts down all that it says until it is quiet."""
        while self.server is not None:
            got = tidy(self.server.hear(QUIET), self.sections)
            if got is None:
                break
            self.out.append("<- " + pretty(got, 3))

    def begin(self):
        """What comes before the rest."""
        server = self.start()
        server.say({"id": 0, "method": "initialize",
            "params": {"capabilities": {}}})
        if "result" not in (server.hear(PATIENCE) or {}):
            self.wrong.append("initialize is not answered")
        self.notify("initialized", {})

    def change(self, rest):
        """didChange of one range, or of all."""
        name, _, rest = rest.partition(" ")
        change = {}
        if not rest.startswith('"'):
            change["range"], _, rest = rest.partition(" ")
        change["text"] = json.loads(rest)
        self.versions[name] = self.versions.get(name, 1) + 1
        self.notify("textDocument/didChange", {
            "textDocument": {
                "uri": "$ROOT/" + name, "version": self.versions[name]
            },
            "contentChanges": [lengthen(change)],
        })

    def finish(self, number, rest):
        """The end: nothing is left, and the status is right."""
        left, status = self.start().end()
        self.server = None
        if left:
            self.wrong.append("line %d, left: %r" % (number, left))
        if status != int(rest):
            self.wrong.append("line %d: status %d" % (number, status))

    def do(self, number, word, rest, text):
        """One statement."""
        body = "".join(line + "\n" for line in text)
        if word in ("", "|") or word.startswith("#"):
            pass
        elif word == "options":
            self.options = [o.replace("$ROOT", self.root) for o in rest.split()]
        elif word == "begin":
            self.begin()
        elif word == "file":
            path = os.path.join(self.root, rest)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="\n") as out:
                out.write(body)
        elif word == "open":
            self.versions[rest] = 1
            self.notify("textDocument/didOpen", {"textDocument": {
                "uri": "$ROOT/" + rest, "languageId": "json", "version": 1,
                "text": body,
            }})
        elif word == "change":
            self.change(rest)
        elif word in ("->", "~>"):
            method, _, params = rest.partition(" ")
            message = {"method": method}
            if params:
                message["params"] = lengthen(json.loads(params))
            if word == "->":
                self.asked += 1
                message["id"] = self.asked
            self.start().say(message)
        elif word == "raw":
            self.start().put(json.loads(rest).encode())
        elif word == "<-":
            if not self.regen:
                self.expect(number, rest)
        elif word == "eof":
            pass
        elif word == "status":
            self.finish(number, rest)
        else:
            self.wrong.append("line %d: what is %r?" % (number, word))

    def run(self):
        """All of it; what is wrong."""
        with tempfile.TemporaryDirectory() as root:
            self.root = os.path.realpath(root)
            try:
                self.all()
            except EOFError:  # it would say no more
                pass
            if self.server is not None:
                self.wrong.append("no status at the end")
                self.server.process.kill()
                self.server.end()
        return self.wrong

    def all(self):
        """Each statement."""
        for number, word, rest, text in self.statements:
            if self.regen and word == "<-":
                continue
            if self.regen and word not in ("", "open", "change"):
                self.record()
            self.do(number, word, rest, text)
            if self.regen:
                self.out.append((word + " " + rest).rstrip())
                self.out += [("| " + line).rstrip() for line in text]
                if word in ("open", "change", "->", "raw"):
                    self.record()


def main():
    """A point for each transcript."""
    arguments = sys.argv[1:]
    regen = arguments[0] == "--regen"
    nonoc, data, *paths = arguments[1:] if regen else arguments
    bad = 0
    for point, path in enumerate(paths, 1):
        talk = Conversation(nonoc, data, path, regen)
        wrong = talk.run()
        if regen:
            with open(path, "w", encoding="utf-8", newline="\n") as out:
                out.write("\n".join(talk.out) + "\n")
        bad += bool(wrong)
        print("not ok" if wrong else "ok", point, "-", os.path.basename(path))
        for line in "\n".join(wrong).split("\n") if wrong else []:
            print("#", line)
    print("1..%d" % len(paths))
    return bad != 0


sys.exit(main())
