"""An installed station for the tests, in a machine of its own.

AURALIS_ROOT names a Debian tree to boot instead of /; AURALIS_BUILD must be made for it then.
"""

import json
import os
import subprocess
import sys
import time
import unittest

import machine

sys.path.append(os.path.join(machine.PROJECT, 'tests', 'integration'))

from station import main as run_tests, percentile, table, until as until_soon  # noqa: E402

DAEMONS = ('composerd', 'synthd', 'streamd')
EXIT_CONFIG, EXIT_TRY_LATER = 78, 75
DROP_INS = '/etc/systemd/system'


def until(condition, what, timeout_s=30):
    """The first true value of condition(), which asks the machine: not so often that it feels it."""
    return until_soon(lambda: condition() or time.sleep(0.02), what, timeout_s)


class Installed(machine.Machine):
    """A machine whose main station is enabled and plays."""

    def __enter__(self):
        super().__enter__()
        self.systemctl('enable', 'auralis.target')
        self.started_s = self.start()
        return self

    def start(self, station='auralis.target', port=8000):
        """Starts a target; seconds until audio flows."""
        began = time.monotonic()
        self.systemctl('start', station)
        self.wait_audio(port)
        return time.monotonic() - began

    # ---- units ----

    def systemctl(self, *words, **more):
        return self.output('systemctl', '--quiet', *words, **more)

    def show(self, unit, name):
        return self.output('systemctl', 'show', '--value', '--property', name, unit_name(unit))

    def pid(self, unit):
        """The daemon's process in the machine; 0 when there is none."""
        return int(self.show(unit, 'MainPID'))

    def pids(self):
        units = (*DAEMONS, 'synthd-standby')
        found = self.output('systemctl', 'show', '--value', '--property', 'MainPID', *map(unit_name, units))
        return dict(zip(units, map(int, found.split())))

    def state(self, unit):
        return self.show(unit, 'ActiveState')

    def wait_state(self, unit, *states, timeout_s=30):
        return until(lambda: self.state(unit) in states, f'{unit} is {" or ".join(states)}', timeout_s)

    def signal(self, unit, name):
        """Sends a signal to the daemon; returns the process that was."""
        pid = self.pid(unit)
        self.run('kill', f'-{name}', str(pid))
        return pid

    def wait_another(self, unit, before):
        """Waits until another process than `before` is ready."""
        def is_back():
            pid, state = self.output('systemctl', 'show', '--value', '--property', 'MainPID', '--property',
                                     'SubState', unit_name(unit)).split('\n')
            return pid if pid not in ('0', str(before)) and state == 'running' else None
        return int(until(is_back, f'{unit} is back'))

    def away_ms(self, unit):
        """How long the daemon was away when it was last replaced: from the end of one to READY of the next."""
        left, came = (int(self.show(unit, f'Active{way}TimestampMonotonic')) for way in ('Exit', 'Enter'))
        return (came - left) / 1000

    def drop_in(self, unit, *lines):
        """Adds lines to a unit, or with none takes them away."""
        folder = f'{DROP_INS}/{unit}.d'
        text = '\n'.join(lines) + '\n'
        script = f'mkdir -p {folder}; cat >{folder}/test.conf' if lines else f'rm -r {folder}'
        self.run('sh', '-c', script, input=text)
        self.systemctl('daemon-reload')

    def write(self, path, text):
        self.run('sh', '-c', f'cat >{path}', input=text)

    # ---- what it says ----

    def http(self, path, port=8000, body=None, timeout_s=5):
        """(status, text); status 0 when there is no answer."""
        post = ['--json', json.dumps(body)] if body is not None else []
        # our curl in the machine's network: a tree need not have one
        words = ['nsenter', '--target', str(self.leader), '--net', '--', 'curl', '--silent', '--max-time',
                 str(timeout_s), '--write-out', '\n%{http_code}', *post, f'http://127.0.0.1:{port}{path}']
        result = subprocess.run(words, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        text, _, status = result.stdout.rpartition('\n')
        return int(status or 0), text

    def get(self, path, port=8000):
        return json.loads(self.http(path, port)[1])

    def wait_audio(self, port=8000, timeout_s=30):
        until(lambda: self.http('/healthz', port)[0] == 200, 'audio flows', timeout_s)

    def journal(self, *words):
        return self.output('journalctl', '--boot', '--no-pager', '--output=cat', *words)


def unit_name(unit):
    return unit if '.' in unit else f'auralis-{unit}.service'


class Test(unittest.TestCase):
    """Tests that share one machine."""

    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(Installed(os.environ.get('AURALIS_ROOT', '/')))

    def run(self, result=None):
        """After a failure, says what the journal said."""
        before = len(result.failures) + len(result.errors) if result else 0
        result = super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            print(self.machine.journal('--lines=60'))
        return result


def main():
    """Runs the tests of a file; 77 where there can be no machine."""
    reason = machine.why_not()
    if reason:
        print(f'skipped: no machine can be booted here: {reason}')
        sys.exit(machine.SKIPPED)
    run_tests()


__all__ = ['DAEMONS', 'EXIT_CONFIG', 'EXIT_TRY_LATER', 'Installed', 'Test', 'main', 'percentile', 'table', 'until']
