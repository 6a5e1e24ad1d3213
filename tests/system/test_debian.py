#!/usr/bin/python3
"""The package on bare Debian systems, booted: installed by apt, upgraded while it plays, purged, on a network;
and the units under the newer systemd.

The long form only: it makes a system and a package for each Debian first (see debian.py).
"""

import os
import shutil
import sys
import tempfile
import time
import unittest

import debian
import machine
import packaged
from lan import Lan
from newer_systemd import NewerSystemd
from packaged import station

WHY_NOT = machine.why_not() or debian.why_not()
ROWS = []


def tearDownModule():
    if ROWS:
        station.table(['Debian', 'what', 'took', 'missing, repeated, altered frames',
                       'longest time between chunks', 'connections'], *ROWS)


class Suite:
    """One Debian; its package, and one whose ring and journal are of another version."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='auralis-debian-', dir='/tmp')
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.package = debian.build(cls.suite, station.PROJECT, os.path.join(cls.folder, 'now'))
        cls.newer = debian.with_version(cls.package, '98.0.0', cls.folder)
        raised = debian.raised_source(os.path.join(cls.folder, 'source'))
        cls.raised = debian.build(cls.suite, raised, os.path.join(cls.folder, 'raised'))
        debian.download(cls.suite, cls.package)
        cls.row('package', f'{os.path.getsize(cls.package) // 1024} KiB')

    @classmethod
    def row(cls, what, took, met=None):
        heard = [f'{met.missing}, {met.repeated}, {"-" if met.altered is None else met.altered}',
                 f'{met.longest_ms:.0f} ms', met.connections] if met else ['', '', '']
        ROWS.append([cls.suite, what, took, *heard])

    def boot(self):
        return self.enterContext(machine.Machine(os.path.join(debian.FOLDER, self.suite), install=False,
                                                 binds=[self.folder]))

    def apt_install(self, box, what, *options):
        began = time.monotonic()
        packaged.apt(box, *options, 'install', self.package)
        count = len(box.output('dpkg-query', '--show').splitlines())
        self.row(what, f'{time.monotonic() - began:.1f} s, {count} packages then')
        self.assertEqual(packaged.processes(box), [])

    def upgrade(self, box, what, package, with_ring=True):
        listening = packaged.Listening(box, with_ring)
        began = time.monotonic()
        packaged.apt(box, 'install', package)
        took = f'{time.monotonic() - began:.1f} s'
        met = listening.finish()
        self.row(what, took, met)
        self.assertEqual((met.repeated, met.faults), (0, []))
        self.assertTrue(met.sounds_at_end)
        return met

    def test_apt_installs_it_and_upgrades_keep_it_playing_and_purge_leaves_nothing(self):
        box = self.boot()
        self.apt_install(box, 'apt install, with the large font')
        packaged.apt(box, 'purge', 'auralis')
        bare = packaged.left(box)
        self.assertFalse([line for line in bare if 'auralis' in line])
        packaged.apt(box, 'install', self.package)
        self.row('enable --now to the first sound', f'{packaged.play(box) * 1000:.0f} ms')
        self.assertIn('FluidR3', packaged.get(box, '/api/status').stdout)
        before = packaged.pids(box)
        box.run('systemctl', 'reload', *(f'auralis-{daemon}' for daemon in packaged.DAEMONS))
        self.assertEqual(packaged.pids(box), before)
        met = self.upgrade(box, 'upgrade', self.newer)
        self.assertEqual((met.missing, met.altered), (0, 0))
        before = packaged.params(box)
        self.upgrade(box, 'upgrade to another ring and journal', self.raised, with_ring=False)
        self.assertEqual(packaged.params(box), before)
        self.assertIn('version 99', box.output('auralisctl', 'ring'))
        self.assertTrue(box.output('sh', '-c', 'ls /var/lib/auralis/main/journal.bad/* /dev/shm/auralis-main.bad'))
        packaged.apt(box, 'remove', 'auralis')
        self.assertEqual(packaged.processes(box), [])
        packaged.apt(box, 'purge', 'auralis')
        self.assertEqual(packaged.left(box) ^ bare, set())
        self.row('purge: files, users, groups and units left', 0)

    def test_it_plays_without_what_is_recommended(self):
        box = self.boot()
        self.apt_install(box, 'apt install --no-install-recommends', '--no-install-recommends')
        self.row('enable --now to the first sound of the texture font', f'{packaged.play(box) * 1000:.0f} ms')
        self.assertNotIn('Fluid R3', packaged.get(box, '/api/status').stdout)


class Sources(unittest.TestCase):
    def test_another_version_of_ring_and_journal_can_be_made_of_the_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            debian.raised_source(os.path.join(folder, 'source'))


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Bookworm(Suite, unittest.TestCase):
    suite = 'bookworm'


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Trixie(Suite, unittest.TestCase):
    suite = 'trixie'


def load_tests(loader, _tests, _pattern):
    """The short form has no part that takes minutes."""
    cases = (Sources, Bookworm, Trixie, NewerSystemd, Lan) if station.FULL else (Sources,)
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)


if __name__ == '__main__':
    sys.exit(station.main())
