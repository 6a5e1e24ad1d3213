"""The journal's catalogue: systemd takes it up, and explains every event of the table."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def events():
    """(name, id) of every row of the table."""
    with open(os.path.join(PROJECT, 'common', 'log_events.def')) as file:
        return re.findall(r'^LOG_EVENT\((\w+), "([0-9a-f]+)"', file.read(), re.MULTILINE)


class Catalog(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.TemporaryDirectory(dir='/tmp')
        self.addCleanup(self.root.cleanup)
        for folder in ('lib', 'usr/lib'):  # the first for those that have not merged them
            os.makedirs(os.path.join(self.root.name, folder, 'systemd', 'catalog'))
            shutil.copy(os.path.join(PROJECT, 'systemd', 'auralis.catalog'),
                        os.path.join(self.root.name, folder, 'systemd', 'catalog'))

    def journalctl(self, *words):
        result = subprocess.run(['journalctl', '--root', self.root.name, *words], text=True, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((result.returncode, result.stderr), (0, ''))
        return result.stdout

    def test_systemd_explains_every_event(self):
        self.journalctl('--update-catalog')
        listed = self.journalctl('--list-catalog').splitlines()
        self.assertGreater(len(events()), 12)
        self.assertEqual(sorted(line.split()[0] for line in listed), sorted(number for _, number in events()))
        for name, number in events():
            with self.subTest(name):
                text = self.journalctl('--dump-catalog', number)
                self.assertIn('Defined-By: Auralis', text)
                self.assertIn('What listeners notice: ', text)
                self.assertIn('What to do: ', text)

    def test_the_manual_names_every_event(self):
        with open(os.path.join(PROJECT, 'systemd', 'auralis-journal.7')) as file:
            manual = file.read()
        for name, number in events():
            self.assertIn(f'.BR {name} ', manual)
            self.assertIn(f'MESSAGE_ID={number}', manual)


if __name__ == '__main__':
    if shutil.which('journalctl') is None:
        print('skipped: journalctl is missing')
        sys.exit(77)
    unittest.main()
