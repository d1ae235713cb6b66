#!/usr/bin/env python3
"""origins.py NONOC DATA DIRECTORY SEED PROFILES: where an entry was written.

Random profiles with bases of bases and groups, in JSON, JSONC and YAML, in any
layout: on one line or many, behind comments, long strings and strings of many
lines, in characters of one to four bytes.  Each entry has a path of its own,
and whoever writes it knows its line and column; `nonoc show` of the profile and
of its policy, and `nonoc why`, have to name them, and of each base and group
on the way the place that brought it in.
"""

import json
import os
import random
import subprocess
import sys

LETTERS = ['a', 'b', ' ', 'é', '漢', '😀', '{', '[', '#', "'", ':', ',']


class Text:
    """What is written, and offsets in it that somebody asks for later."""

    def __init__(self, rng):
        self.rng = rng
        self.newline = rng.choice(['\n', '\n', '\r\n'])
        self.text = ''

    def put(self, s):
        self.text += s

    def put_line(self):
        self.text += self.newline

    def words(self, n):
        return ''.join(self.rng.choice(LETTERS) for _ in range(n))

    def place(self, offset):
        before = self.text[:offset]
        begin = before.rfind('\n') + 1
        return before.count('\n') + 1, offset - begin + 1


class Json(Text):
    def __init__(self, rng, comments):
        super().__init__(rng)
        self.comments = comments

    def gap(self):
        pick = self.rng.randrange(8)
        if pick < 3:
            self.put(' ' * pick)
        elif pick == 3:
            self.put_line()
            self.put('\t' * self.rng.randrange(4))
        elif self.comments and pick == 4:
            self.put('/* ' + self.words(self.rng.randrange(9)) + ' */')
        elif self.comments and pick == 5:
            self.put('// ' + self.words(self.rng.randrange(9)))
            self.put_line()

    def string(self, s):
        """Its offset: that of the quote."""
        at = len(self.text)
        self.put('"')
        for c in s:
            escape = self.rng.randrange(12) == 0
            self.put('\\u%04x' % ord(c) if escape and c not in '$' else c)
        self.put('"')
        return at

    def strings(self, values):
        self.put('[')
        places = []
        for i, v in enumerate(values):
            self.gap()
            places.append(self.string(v))
            self.gap()
            if i + 1 < len(values):
                self.put(',')
        self.put(']')
        return places

    def maps(self, pairs):
        """pairs: (key, function that writes the value)."""
        self.put('{')
        for i, (key, value) in enumerate(pairs):
            self.gap()
            self.put(json.dumps(key))
            self.gap()
            self.put(':')
            self.gap()
            value(self)
            self.gap()
            if i + 1 < len(pairs):
                self.put(',')
        self.gap()
        self.put('}')

    def text_value(self, n):
        self.put(json.dumps(self.words(n), ensure_ascii=False))

    def name_value(self, name):
        self.string(name)

    def write(self, pairs):
        self.maps(pairs)
        self.gap()


class Yaml(Text):
    depth = 0

    def indent(self):
        self.put('  ' * self.depth)

    def comment(self):
        if self.rng.randrange(4) == 0:
            self.indent()
            self.put('# ' + self.words(self.rng.randrange(9)))
            self.put_line()

    def scalar(self, s):
        at = len(self.text)
        how = self.rng.randrange(3)
        self.put([s, "'" + s + "'", '"' + s + '"'][how])
        return at

    def strings(self, values):
        places = []
        if self.rng.randrange(2) == 0:
            self.put('[')
            for i, v in enumerate(values):
                if self.rng.randrange(3) == 0:
                    self.put_line()
                    self.put('  ' * (self.depth + 1))
                places.append(self.scalar(v))
                self.put(', ' if i + 1 < len(values) else '')
            self.put(']')
            self.put_line()
            return places
        self.put_line()
        for v in values:
            self.comment()
            self.indent()
            self.put('- ')
            places.append(self.scalar(v))
            if self.rng.randrange(4) == 0:
                self.put(' # ' + self.words(4))
            self.put_line()
        return places

    def maps(self, pairs):
        if self.depth > 0:
            self.put_line()
        for key, value in pairs:
            self.comment()
            self.indent()
            self.put(key + ': ')
            self.depth += 1
            value(self)
            self.depth -= 1

    def text_value(self, n):
        """One line, or many in one of three ways."""
        how = self.rng.randrange(4)
        lines = [self.words(n // 3).replace("'", '') for _ in range(3)]
        lines = ['x' + line.rstrip() for line in lines]
        if how == 0:
            self.put("'" + lines[0] + "'")
        elif how == 1:
            self.put("'")
            self.put((self.newline + '  ' * self.depth).join(lines))
            self.put("'")
        else:
            self.put('|' if how == 2 else '>-')
            for line in lines:
                self.put_line()
                self.put('  ' * self.depth + line)
        self.put_line()

    def name_value(self, name):
        self.scalar(name)
        self.put_line()

    def write(self, pairs):
        self.maps(pairs)


class World:
    """One profile with all that it stands on."""

    def __init__(self, rng, directory):
        self.rng = rng
        self.directory = directory
        self.names = 0
        self.expected = {}  # path: [(file, line, column)...], nearest first

    def name(self):
        self.names += 1
        return 'n%d' % self.names

    def entries(self, kinds):
        """Which lists there are, each with paths of their own."""
        chosen = self.rng.sample(kinds, self.rng.randrange(1, len(kinds) + 1))
        return [(k, ['/%s/%s' % ('no' if 'deny' in k or k == 'access'
                                 else 'opt', self.name())
                     for _ in range(self.rng.randrange(1, 4))])
                for k in chosen]

    def writer(self):
        how = self.rng.randrange(4)
        if how == 0:
            return Yaml(self.rng), '.yaml'
        if how == 1:
            return Json(self.rng, False), '.json'
        return Json(self.rng, True), '.jsonc'

    def save(self, text, path):
        path = os.path.join(self.directory, path)
        with open(path, 'w', encoding='utf-8', newline='') as out:
            out.write(text.text)

    def length(self):
        """Now and then longer than what is walked over in one piece."""
        return self.rng.choice([0, 3, 30, 300, 6000])

    def listed(self, marks, values):
        def write(text):
            marks.extend(zip(values, text.strings(values)))
        return write

    def note(self, text, path, marks, chain):
        for value, offset in marks:
            self.expected[value] = [(path,) + text.place(offset)] + chain

    def group(self, name, chain):
        text, suffix = self.writer()
        marks = []
        allow = self.entries(['read', 'write', 'readwrite'])
        deny = self.entries(['access'])
        pairs = [
            ('description', lambda t: t.text_value(self.length())),
            ('allow', lambda t: t.maps(
                [(k, self.listed(marks, v)) for k, v in allow])),
            ('deny', lambda t: t.maps(
                [(k, self.listed(marks, v)) for k, v in deny])),
        ]
        self.rng.shuffle(pairs)
        text.write(pairs)
        path = 'groups/' + name + suffix
        self.save(text, path)
        self.note(text, path, marks, chain)

    def profile(self, name, chain, depth):
        text, suffix = self.writer()
        path = name + suffix
        marks, bases, groups = [], [], []
        lists = self.entries(['read', 'write', 'allow', 'read_file',
                              'write_file', 'deny'])
        base_names = [self.name() for _ in range(
            self.rng.randrange(3) if depth < 3 else 0)]
        group_names = [self.name() for _ in range(self.rng.randrange(3))]
        pairs = [
            ('meta', lambda t: t.maps(
                [('description', lambda t: t.text_value(self.length())),
                 ('name', lambda t: t.name_value(name))])),
            ('filesystem', lambda t: t.maps(
                [(k, self.listed(marks, v)) for k, v in lists])),
        ]
        if base_names:
            pairs.append(('extends', self.listed(bases, base_names)))
        if group_names:
            pairs.append(('groups', lambda t: t.maps(
                [('include', self.listed(groups, group_names))])))
        self.rng.shuffle(pairs)
        text.write(pairs)
        self.save(text, path)
        self.note(text, path, marks, chain)
        for base, offset in bases:
            self.profile(base, [(path,) + text.place(offset)] + chain,
                         depth + 1)
        for group, offset in groups:
            self.group(group, [(path,) + text.place(offset)] + chain)
        return path


def places(finding):
    return [(os.path.normpath(l['file']), l['line'], l['column'])
            for l in finding['locations']]


def run(nonoc, verb, data, directory, *arguments):
    done = subprocess.run(
        [nonoc, verb, '--data', data, '--no-user-profiles', '-I', '.',
         *arguments], cwd=directory, capture_output=True, text=True,
        check=False)
    if verb != 'compile' and done.stdout:
        return json.loads(done.stdout)
    if done.returncode != 0:
        print('# ' + done.stderr.replace('\n', '\n# '))
    return done.returncode == 0


def try_one(nonoc, data, directory, rng):
    world = World(rng, directory)
    os.makedirs(os.path.join(directory, 'groups'))
    profile = world.profile('agent', [], 0)
    policy = os.path.join(directory, 'agent.nono')
    if not run(nonoc, 'compile', data, directory, profile, '-o', policy):
        return False
    good = True
    for side in (profile, 'agent.nono'):
        report = run(nonoc, 'show', data, directory, '--format=json', side)
        got = {f['region']: places(f) for f in report['findings']
               if f['rule'] in ('grant', 'deny')}
        for path, want in world.expected.items():
            if got.get(path) != want:
                print('# %s: %s\n#  want %s\n#  got  %s' % (
                    side, path, want, got.get(path)))
                good = False
    granted = [p for p in world.expected if p.startswith('/opt')]
    for path in rng.sample(granted, 1) if granted else []:
        for op in ('read', 'write'):
            report = run(nonoc, 'why', data, directory, '--cwd', '/w',
                         '--format=json', profile, op, path)
            f = report['findings'][0]
            if f['rule'] == 'allowed' and places(f) != world.expected[path]:
                print('# why %s: want %s, got %s' % (
                    path, world.expected[path], places(f)))
                good = False
    return good


def main():
    nonoc, data, top, seed, n = sys.argv[1:]
    bad = 0
    for i in range(int(n)):
        directory = os.path.join(top, str(i))
        os.makedirs(directory)
        rng = random.Random('%s-%d' % (seed, i))
        if not try_one(nonoc, data, directory, rng):
            bad += 1
            print('# profile %d of seed %s, in %s' % (i, seed, directory))
            if bad == 3:
                break
    print('%s 1 - every entry, base and group of %s profiles is found where '
          'it was written' % ('not ok' if bad else 'ok', n))
    print('1..1')
    return 1 if bad else 0


sys.exit(main())
