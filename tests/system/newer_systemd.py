"""The units under the systemd of Debian 13 (257): verified, hardened and supervised as under that of this machine."""

import os
import subprocess
import sys
import tempfile
import unittest

import debian
import machine

WHY_NOT = machine.why_not() or debian.why_not()
SUITE = 'trixie'
FILES = ('units', 'supervision', 'sandbox', 'journal')


@unittest.skipIf(WHY_NOT, WHY_NOT)
class NewerSystemd(unittest.TestCase):
    def test_what_holds_of_the_units_holds_under_it(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix='auralis-newer-', dir='/tmp'))
        environment = {**os.environ, 'AURALIS_ROOT': debian.compile_project(SUITE, folder), 'AURALIS_BUILD': folder,
                       'AURALIS_FULL': '0'}
        for name in FILES:
            with self.subTest(name):
                path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f'test_{name}.py')
                ended = subprocess.run([sys.executable, path], env=environment, check=False, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                print(ended.stdout)
                self.assertEqual(ended.returncode, 0)
