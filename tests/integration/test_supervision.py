"""What scripts/run does with daemons that end, shown with stand-ins of a few lines."""

import os
import signal
import subprocess
import tempfile
import unittest

import station

LASTING = '#!/usr/bin/env bash\nexec sleep 1000\n'


class Supervision(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(dir='/tmp')
        self.addCleanup(self.folder.cleanup)

    def start(self, **programs):
        """scripts/run with these programs as daemons."""
        for daemon in station.DAEMONS:
            path = os.path.join(self.folder.name, 'build', daemon, f'auralis-{daemon}')
            os.makedirs(os.path.dirname(path))
            with open(path, 'w') as file:
                file.write(programs.get(daemon, LASTING))
            os.chmod(path, 0o755)
        process = subprocess.Popen(
            [os.path.join(station.PROJECT, 'scripts', 'run'), '--no-install', '--port', '0', '--dir',
             os.path.join(self.folder.name, 'station')],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, 'AURALIS_BUILD': os.path.join(self.folder.name, 'build')})
        lines = station.Lines(process.stdout)

        def end():
            process.terminate()
            process.wait(station.TIMEOUT_S)
            lines.thread.join()
            process.stdout.close()
        self.addCleanup(end)
        return process, lines

    def pid(self, daemon):
        path = os.path.join(self.folder.name, 'station', f'{daemon}.pid')
        station.until(lambda: os.path.exists(path), f'{daemon} is started')
        with open(path) as file:
            return int(file.read())

    def test_one_that_keeps_dying_is_tried_less_and_less_often_but_for_ever(self):
        process, lines = self.start(composerd='#!/usr/bin/env bash\nexit 3\n')
        for wait in ('started again', 'started again', 'in 1 s', 'in 2 s'):
            self.assertIn('with status 3', lines.wait(wait))
        self.assertIsNone(process.poll())

    def test_one_that_is_killed_again_and_again_is_back_at_once_each_time(self):
        _, lines = self.start()
        lines.wait('station in')
        for _ in range(8):
            old = self.pid('synthd')
            os.kill(old, signal.SIGKILL)
            self.assertIn('started again', lines.wait('auralis-synthd was killed by signal KILL'))
            station.until(lambda old=old: self.pid('synthd') != old, 'a new process')

    def test_a_configuration_error_is_final(self):
        process, lines = self.start(streamd='#!/usr/bin/env bash\necho no such address\nexit 78\n')
        lines.wait('no such address')
        lines.wait('cannot use its configuration')
        self.assertEqual(process.wait(station.TIMEOUT_S), 78)

    def test_one_that_ignores_the_request_to_end_is_ended(self):
        process, lines = self.start(synthd="#!/usr/bin/env bash\ntrap '' TERM\necho deaf\nwhile :; do sleep 1; done\n")
        lines.wait('deaf')
        pid = self.pid('synthd')
        process.terminate()
        self.assertEqual(process.wait(station.TIMEOUT_S), 0)
        self.assertFalse(os.path.exists(f'/proc/{pid}'))


if __name__ == '__main__':
    station.main()
