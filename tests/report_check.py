#!/usr/bin/env python3
"""report_check.py SCHEMA {FORMAT FILE}...: is each what its format wants?

json is held to SCHEMA.  sarif is held to the members of SARIF 2.1.0 that we
write, closed: one that the standard does not have, or lacks, is an error; and
to GitHub's limits; text, markdown and github to having each finding that json
has, in its words and no more than that.  With NONO_SARIF_SCHEMA, a copy of the official schema, to
that as well.  All of them: no byte that a terminal, a runner or a browser
would take for an order.
"""
import json
import os
import re
import sys
import xml.etree.ElementTree as xml

ORDERS = re.compile(
    '[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]'
)

TEXT = {'text!': str}
PROPERTIES = {'*': object}
REGION = {'startLine!': int, 'startColumn': int}
LOCATION = {
    'physicalLocation!': {
        'artifactLocation!': {'uri!': str, 'uriBaseId': str},
        'region': REGION,
    },
    'message': TEXT,
}
RULE = {
    'id!': str,
    'name': str,
    'shortDescription': TEXT,
    'fullDescription': TEXT,
    'help': {'text!': str, 'markdown': str},
    'helpUri': str,
    'defaultConfiguration': {'level!': str},
    'properties': PROPERTIES,
}
RESULT = {
    'ruleId!': str,
    'ruleIndex': int,
    'level!': str,
    'kind': str,
    'message!': {'text!': str, 'markdown': str},
    'locations!': [LOCATION],
    'relatedLocations': [dict(LOCATION, id=int)],
    'partialFingerprints!': {'*': str},
    'properties': PROPERTIES,
}
SARIF = {
    '$schema!': str,
    'version!': str,
    'runs!': [{
        'tool!': {'driver!': {
            'name!': str,
            'version': str,
            'semanticVersion': str,
            'informationUri': str,
            'rules!': [RULE],
        }},
        'automationDetails': {'id!': str},
        'columnKind!': str,
        'invocations': [{'executionSuccessful!': bool, 'exitCode': int}],
        'results!': [RESULT],
        'properties': PROPERTIES,
    }],
}


def fail(why):
    sys.exit(f'{name}: {why}')


def hold(value, shape, where):
    if isinstance(shape, list):
        if not isinstance(value, list):
            fail(f'{where} is no list')
        for i, item in enumerate(value):
            hold(item, shape[0], f'{where}[{i}]')
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            fail(f'{where} is no object')
        for key in shape:
            if key.endswith('!') and key[:-1] not in value:
                fail(f'{where} lacks {key[:-1]}')
        for key, item in value.items():
            inner = shape.get(key + '!', shape.get(key, shape.get('*')))
            if inner is None:
                fail(f'{where} has {key}, which is not in the standard')
            hold(item, inner, f'{where}.{key}')
    elif not isinstance(value, shape) or (
            shape is int and isinstance(value, bool)):
        fail(f'{where} is {value!r}')


def check_sarif(text):
    log = json.loads(text)
    hold(log, SARIF, 'log')
    if log['version'] != '2.1.0' or 'sarif' not in log['$schema'] or \
            '2.1.0' not in log['$schema']:
        fail('not SARIF 2.1.0')
    run, = log['runs']
    rules = [r['id'] for r in run['tool']['driver']['rules']]
    if len(set(rules)) != len(rules):
        fail('a rule twice')
    if run['columnKind'] not in ('utf16CodeUnits', 'unicodeCodePoints'):
        fail('columnKind')
    if len(run['results']) > 25000:
        fail('GitHub takes no more than 25,000 results')
    for r in run['results']:
        if r['ruleId'] not in rules:
            fail(f"no rule {r['ruleId']}")
        if 'ruleIndex' in r and rules[r['ruleIndex']] != r['ruleId']:
            fail('ruleIndex')
        if r['level'] not in ('none', 'note', 'warning', 'error'):
            fail(f"level {r['level']}")
        if not r['locations'] or len(r['locations']) > 1000:
            fail('GitHub wants a place, and at most 1,000')
        for l in r['locations'] + r.get('relatedLocations', []):
            place = l['physicalLocation']
            if min(place.get('region', {'startLine': 1}).values()) < 1:
                fail('places count from 1')
            if re.search(r'[^!#-;=?-Z_a-z~%@&]',
                         place['artifactLocation']['uri']):
                fail(f"no URI: {place['artifactLocation']['uri']}")
    schema = os.environ.get('NONO_SARIF_SCHEMA')
    if schema:
        against(log, schema)


def against(value, schema):
    import warnings
    warnings.simplefilter('ignore')
    import jsonschema
    with open(schema, encoding='utf-8') as f:
        s = json.load(f)
    v = jsonschema.validators.validator_for(s)(s)
    for e in v.iter_errors(value):
        fail(f'{list(e.absolute_path)}: {e.message[:300]}')


def check_junit(text):
    root = xml.fromstring(text)
    if root.tag != 'testsuites':
        fail('root')
    for suite in root:
        cases = suite.findall('testcase')
        bad = [c for c in cases
               if c.find('failure') is not None or c.find('error') is not None]
        if suite.tag != 'testsuite' or int(suite.get('tests')) != len(cases):
            fail('tests')
        if int(suite.get('failures', 0)) + int(suite.get('errors', 0)) != \
                len(bad):
            fail('failures')
        for c in cases:
            if not c.get('name') or not c.get('classname'):
                fail('a case has a name and a class')


def check_github(text):
    # What a runner reads: properties, then what is behind the next "::".
    value = r'(?:%25|%0D|%0A|%3A|%2C|[^%\r\n:,])*'
    command = re.compile(
        rf'::(error|warning|notice) (file={value}(,line=\d+(,col=\d+)?)?,)?'
        rf'title={value}::(?:%25|%0D|%0A|[^%\r\n])*$')
    for line in text.splitlines():
        if line.startswith('::') and not command.match(line):
            fail(f'not a command: {line!r}')
        if not line.startswith('::') and '::' in line.lstrip()[:2]:
            fail(f'taken for a command: {line!r}')


def check_markdown(text):
    for line in text.splitlines():
        # Names stand in code, where HTML, links and mentions do nothing.
        bare = re.sub(r'(`+)(?:(?!\1).)+\1', '', line)
        if re.search(r'<[a-zA-Z/!]|\]\(', bare):
            fail(f'not only text: {line!r}')


def words_of_text(text):
    """Of each finding its message: lines of a diff, or of a compiler."""
    for line in text.splitlines():
        found = re.match(r'(?:.*: )?(?:error|warning|note)\[[\w-]+\]: (.*)$',
                         line)
        if found:
            yield found.group(1)
        elif re.match(r'[-+~ ] \S|    *\w+ {2,}\S|  \w+ +\S', line) and \
                not line.startswith('    '):
            yield line[2:].split('\t')[0]


def words_of_markdown(text):
    for line in text.splitlines():
        found = re.match(r'- \*\*.*?\*\* (`+)( ?)(.*?)\2\1(?!`)', line)
        if found:
            yield found.group(3)


def words_of_github(text):
    for line in text.splitlines():
        found = re.match(r'::(error|warning|notice) .*?::(.*?)(%0A|$)', line) \
            or re.match(r'(error|warning|note)\[.*?\]: (.*)$', line)
        if found and ' are in the log of this step' not in line:
            words = found.group(2)
            for c in '\r\n%':
                words = words.replace('%%%02X' % ord(c), c)
            yield words.replace('# #', '##')


def same_findings(texts):
    """All formats of one report."""
    global name
    findings = json.loads(texts['json'])['findings']
    want = sorted(f['message'] for f in findings)
    for how in ('text', 'markdown'):
        name = how
        got = sorted(globals()['words_of_' + how](texts[how]))
        if got != want:
            fail(f'has not what json has:\n'
                 f'only here: {[w for w in got if w not in want][:5]}\n'
                 f'only there: {[w for w in want if w not in got][:5]}\n'
                 f'{len(got)}, {len(want)}')
    name = 'github'
    got = list(words_of_github(texts['github']))
    # With who it is about, and the verdict, before it; most severe first.
    left = list(got)
    for w in want:
        match = next((g for g in left
                      if g == w or g.endswith(': ' + w)), None)
        if match is None:
            fail(f'lacks {w!r}')
        left.remove(match)
    if left:
        fail(f'has {left[:3]}, and json has not')
    levels = re.findall(r'^::(error|warning|notice) ', texts['github'], re.M)
    if levels != sorted(levels, key=['error', 'warning', 'notice'].index):
        fail('not the most severe first')


def main():
    global name
    texts = {}
    for how, name in zip(sys.argv[2::2], sys.argv[3::2]):
        with open(name, 'rb') as f:
            text = f.read().decode('utf-8')
        if ORDERS.search(text):
            fail(f'has {ORDERS.search(text).group()!r}')
        if how == 'json':
            against(json.loads(text), sys.argv[1])
        elif how != 'text':
            globals()['check_' + how](text)
        texts[how] = text
    if len(texts) == 6:
        same_findings(texts)


main()
