"""Sums up the results of ctest: summary.py [--strict] NAME=JUNIT_FILE...

Prints a line for each run, the tables that tests printed, and what failed or was skipped and why.
With --strict a skipped test counts as failed.
"""

import sys
import xml.etree.ElementTree


def load(path):
    """The test cases of a JUnit file: (name, outcome, seconds, output)."""
    cases = []
    for case in xml.etree.ElementTree.parse(path).getroot().iter('testcase'):
        output = case.findtext('system-out') or ''
        if case.find('failure') is not None or case.get('status') == 'fail':
            outcome = 'failed'
        elif case.find('skipped') is not None or case.get('status') == 'notrun':
            outcome = 'skipped'
        else:
            outcome = 'passed'
        cases.append((case.get('name'), outcome, float(case.get('time') or 0), output))
    return cases


def reasons(output):
    return [line.strip()[len('skipped: '):] for line in output.splitlines()
            if line.strip().startswith('skipped: ')]


def main(arguments):
    strict = '--strict' in arguments
    runs = {}
    for word in arguments:
        if word != '--strict':
            name, path = word.split('=', 1)
            runs[name] = load(path)
    failures, skips = [], []
    for run, cases in runs.items():
        for name, outcome, _, output in cases:
            lines = (line.removeprefix('# ') for line in output.splitlines())  # in TAP it is a comment
            table = [line for line in lines if line.startswith('| ')]
            if table:
                print(f'{run} {name}:', *table, sep='\n', end='\n\n')
            if outcome == 'failed':
                failures.append(f'{run} {name}')
            if outcome == 'skipped' or reasons(output):
                skips.append(f'{run} {name}: ' + ('; '.join(reasons(output)) or 'it says no reason'))
    print(f'{"run":14}{"passed":>8}{"failed":>8}{"skipped":>8}{"seconds":>9}')
    for run, cases in runs.items():
        count = {outcome: sum(case[1] == outcome for case in cases)
                 for outcome in ('passed', 'failed', 'skipped')}
        seconds = sum(case[2] for case in cases)
        print(f'{run:14}{count["passed"]:8}{count["failed"]:8}{count["skipped"]:8}{seconds:9.1f}')
    for failure in failures:
        print(f'failed: {failure}')
    for skip in skips:
        print(f'skipped: {skip}')
    bad = bool(failures) or (strict and bool(skips)) or not runs
    if strict and skips:
        print('a skipped test is a failure here, where everything can be installed')
    print('FAILED' if bad else 'all tests passed')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
