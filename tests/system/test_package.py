#!/usr/bin/python3
"""The Debian package: what it holds, and what installing, upgrading, removing and purging it does."""

import glob
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import debian
import machine
import packaged
from packaged import station

PROGRAMS = ('auralis-composerd', 'auralis-synthd', 'auralis-streamd', 'auralisctl')
PAGES = ('auralisctl.1', 'auralis.conf.5', 'auralis.7', 'auralis-journal.7', 'auralis-lan.7', 'auralis-metrics.7',
         'auralis-music.7', 'auralis-sound.7', 'auralis-composerd.8', 'auralis-streamd.8', 'auralis-synthd.8')
FOLDER = tempfile.mkdtemp(prefix='auralis-package-', dir='/tmp')
PACKAGE = ''


def setUpModule():
    global PACKAGE
    debian.run('cpack', '--config', os.path.join(station.BUILD, 'CPackConfig.cmake'), '-B', FOLDER)
    PACKAGE = glob.glob(os.path.join(FOLDER, 'auralis_*.deb'))[0]


def tearDownModule():
    shutil.rmtree(FOLDER)


def page_path(page):
    return f'usr/share/man/man{page[-1]}/{page}.gz'


def field(name):
    return debian.run('dpkg-deb', '--field', PACKAGE, name).strip()


class Content(unittest.TestCase):
    """What is in the package, unpacked."""

    @classmethod
    def setUpClass(cls):
        cls.root = os.path.join(FOLDER, 'content')
        debian.run('dpkg-deb', '--raw-extract', PACKAGE, cls.root)
        cls.files = {os.path.relpath(os.path.join(folder, name), cls.root)
                     for folder, _, names in os.walk(cls.root) for name in names}

    def read_bytes(self, path):
        with open(os.path.join(self.root, path), 'rb') as file:
            return file.read()

    def read(self, path):
        return self.read_bytes(path).decode()

    def test_every_file_that_is_expected_is_there(self):
        web = os.path.join(station.PROJECT, 'web')
        expected = {f'usr/bin/{name}' for name in PROGRAMS}
        expected |= {page_path(page) for page in PAGES}
        expected |= {'usr/share/auralis/web/' + os.path.relpath(os.path.join(folder, name), web)
                     for folder, _, names in os.walk(web) for name in names}
        expected |= {f'usr/lib/systemd/system/auralis{form}.target' for form in ('', '@')}
        expected |= {f'usr/lib/systemd/system/auralis-{daemon}{form}.service'
                     for daemon in packaged.DAEMONS for form in ('', '@')}
        expected |= {'etc/auralis/auralis.conf', 'usr/lib/sysusers.d/auralis.conf', 'usr/lib/tmpfiles.d/auralis.conf',
                     'usr/lib/systemd/catalog/auralis.catalog', 'usr/lib/systemd/system/auralis-streamd.socket',
                     'usr/share/auralis/auralis-texture.sf2', 'usr/share/auralis/auralisctl_net.py',
                     'usr/share/bash-completion/completions/auralisctl', 'usr/share/doc/auralis/changelog.gz',
                     'usr/share/doc/auralis/copyright'}
        self.assertEqual(expected - self.files, set())

    def test_what_lies_in_etc_is_the_administrators_to_change(self):
        conffiles = set(self.read('DEBIAN/conffiles').split())
        self.assertEqual(conffiles, {'/' + path for path in self.files if path.startswith('etc/')})

    def test_one_version_stands_everywhere(self):
        version = field('Version')
        with open(os.path.join(station.PROJECT, 'systemd', 'debian', 'changelog')) as file:
            self.assertEqual(re.match(r'auralis \((.*?)\)', file.read())[1], version)
        program = os.path.join(self.root, 'usr/bin/auralis-streamd')
        self.assertEqual(debian.run(program, '--version').split(), ['auralis-streamd', version])
        self.assertEqual(os.path.basename(PACKAGE), f'auralis_{version}_{field("Architecture")}.deb')

    def test_libraries_are_asked_for_and_the_large_font_only_recommended(self):
        needed, recommended = field('Depends'), field('Recommends')
        for library in ('libc6', 'libcjson', 'libebur128', 'libflac', 'libfluidsynth', 'libinih', 'libsystemd',
                        'libwebsockets', 'libzmq', 'zlib1g', 'python3', 'systemd'):
            self.assertIn(library, needed)
        self.assertIn('fluid-soundfont-gm', recommended)
        self.assertNotIn('soundfont', needed)

    def test_the_copyright_file_holds_the_licence(self):
        own = ' '.join(self.read('usr/share/doc/auralis/copyright').replace('\n .\n', '\n').split())
        with open(os.path.join(station.PROJECT, 'LICENSE')) as file:
            licence = file.read().split('\n\n', 2)[2]
        self.assertIn(' '.join(licence.split()), own)

    def test_removing_and_purging_know_every_unit(self):
        for script in ('prerm', 'postrm'):
            names = re.search(r"units='(.*)'", self.read(f'DEBIAN/{script}'))[1].split()
            found = {os.path.basename(path).split('.')[0].split('@')[0]
                     for path in self.files if path.startswith('usr/lib/systemd/system/')}
            self.assertEqual(found - set(names), set())

    def test_manual_pages_render_without_a_warning_and_hold_every_option(self):
        for page in PAGES:
            roff = gzip.decompress(self.read_bytes(page_path(page))).decode()
            groff = subprocess.run(['groff', '-t', '-man', '-Tutf8', '-ww', '-z'], input=roff, text=True,
                                   stderr=subprocess.PIPE, check=True)
            self.assertEqual(groff.stderr, '', page)
            program = page.split('.')[0]
            if program in PROGRAMS:
                told = debian.run(os.path.join(self.root, 'usr/bin', program), '--help')
                for word in re.findall(r'^  (--[a-z-]+|[a-z-]+)', told, re.MULTILINE):
                    self.assertIn(word, roff.replace('\\-', '-'), page)

    def completions(self, *words):
        """What bash offers for the last word."""
        script = f'''source {self.root}/usr/share/bash-completion/completions/auralisctl
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() {{ :; }}
            _auralisctl; printf '%s\\n' "${{COMPREPLY[@]}}"'''
        return debian.run('bash', '-c', script, 'bash', *words).split()

    def test_bash_completes_commands_parameters_and_their_values(self):
        self.assertEqual(self.completions('auralisctl', 'st'), ['status'])
        self.assertEqual(self.completions('auralisctl', '--dir', 'x', 'set', 'mo'), ['mode='])
        self.assertEqual(self.completions('auralisctl', 'set', 'mode', '=', 'do'), ['dorian'])
        self.assertEqual(self.completions('auralisctl', 'events', 'p'), ['phrase', 'params'])
        self.assertIn('sleep', self.completions('auralisctl', 'preset', ''))


@unittest.skipIf(machine.why_not(), machine.why_not())
class Life(unittest.TestCase):
    """What happens to a machine, which is this one with a systemd of its own."""

    def boot(self):
        return self.enterContext(machine.Machine(install=False, binds=[FOLDER]))

    def newer(self, version):
        """The same package under another version."""
        with tempfile.TemporaryDirectory(dir=FOLDER) as out:
            return shutil.move(debian.with_version(PACKAGE, version, out), FOLDER)

    def upgrade(self, box, version):
        """Upgrades while listeners listen, who lose nothing; what they met."""
        listening = packaged.Listening(box)
        packaged.dpkg(box, '--install', self.newer(version))
        met = listening.finish()
        self.assertEqual((met.missing, met.repeated, met.altered, met.faults), (0, 0, 0, []))
        return met

    def test_installing_starts_nothing_and_an_upgrade_restarts_what_runs_and_loses_no_frame(self):
        box = self.boot()
        packaged.dpkg(box, '--install', PACKAGE)
        self.assertEqual(packaged.processes(box), [])
        start_s = packaged.play(box)
        old = packaged.pids(box)
        with_standby = self.upgrade(box, '97.0.0')
        box.run('systemctl', 'stop', 'auralis-synthd-standby.service')
        new = packaged.pids(box)
        without = self.upgrade(box, '98.0.0')
        newest = packaged.pids(box)
        for daemon in packaged.DAEMONS:
            stays = daemon == 'synthd-standby'  # which was stopped by hand
            self.assertEqual(newest[daemon] == 0, stays, daemon)
            self.assertTrue(stays or len({old[daemon], new[daemon], newest[daemon]}) == 3, daemon)
        station.table(['package', 'sound after', 'longest time between chunks', 'connections'],
                      ['enable --now', f'{start_s * 1000:.0f} ms', '', ''],
                      ['upgrade', '', f'{with_standby.longest_ms:.0f} ms', with_standby.connections],
                      ['upgrade without a standby', '', f'{without.longest_ms:.0f} ms', without.connections])

    def test_removal_ends_what_runs_and_purge_leaves_nothing(self):
        box = self.boot()
        before = packaged.left(box)
        packaged.dpkg(box, '--install', PACKAGE)
        packaged.play(box)
        box.run('systemctl', 'enable', '--now', 'auralis@dawn.target')
        for drop_in in ('auralis-streamd.socket', 'auralis-synthd@dawn.service'):
            box.run('mkdir', '-p', f'/etc/systemd/system/{drop_in}.d')
            box.run('touch', f'/etc/systemd/system/{drop_in}.d/own.conf')
        box.run('systemctl', 'set-property', 'auralis-streamd.service', 'CPUWeight=50')
        box.run('sh', '-c', 'printf "[station]\\nring = lounge\\n" >/etc/auralis/dawn.conf')
        box.run('systemctl', 'restart', 'auralis@dawn.target')
        station.until(lambda: 'lounge' in box.output('ls', '/dev/shm'), 'its ring has another name')
        packaged.dpkg(box, '--remove', 'auralis')
        self.assertEqual(packaged.processes(box), [])
        self.assertEqual(box.output('ls', '/etc/auralis', '/var/lib/auralis').split(),
                         ['/etc/auralis:', 'auralis.conf', 'dawn.conf', '/var/lib/auralis:', 'dawn', 'main'])
        packaged.dpkg(box, '--purge', 'auralis')
        self.assertEqual(packaged.left(box) ^ before, set())
        self.assertNotIn('lounge', box.output('ls', '/dev/shm'))

    def test_a_backup_restored_on_another_machine_plays_a_new_stream_with_the_same_parameters(self):
        with machine.Machine(install=False, binds=[FOLDER]) as box:
            packaged.dpkg(box, '--install', PACKAGE)
            box.run('sh', '-c', 'printf "[stream]\\ncontrol = token\\n" >>/etc/auralis/auralis.conf')
            packaged.play(box)
            box.run('auralisctl', 'set', 'preset=sleep', 'key=D', 'mode=dorian', 'bpm=62', 'space=0.7')
            params, stream = packaged.params(box)
            token = box.output('auralisctl', 'token')
            backup = subprocess.run(box.command('tar', '-C', '/', '-cp', 'etc/auralis', 'var/lib/auralis'),
                                    stdout=subprocess.PIPE, check=True).stdout
        box = self.boot()
        packaged.dpkg(box, '--install', PACKAGE)
        subprocess.run(box.command('tar', '-C', '/', '-xp'), input=backup, check=True)
        packaged.play(box)
        restored, new_stream = packaged.params(box)
        self.assertNotEqual(new_stream, stream)
        self.assertEqual({**restored, 'seed': ''}, {**params, 'seed': ''})
        self.assertEqual(box.output('auralisctl', 'token'), token)


if __name__ == '__main__':
    sys.exit(station.main())
