"""Each fault of the design, under the shipped units, with listeners that resume and check every frame.

It runs inside a machine: machine.py -- python3 test_faults.py. A row of the table says what was done, how
often, what the listeners saw and what the journal said.
"""

import contextlib
import glob
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

import service
from service import (DAEMONS, RING, STATE, UNITS, drop_in, facts, listeners, station, systemctl, unit_name,
                     until)

LISTENERS = station.short_or_full(4, 20)
TIMES = station.short_or_full(1, 10)
SYNTHD_AWAY_S = station.short_or_full(9, 600)  # more than it catches up: 8
SYNTHD_SHORTLY_AWAY_S = station.short_or_full(2, 6)
COMPOSERD_AWAY_S = station.short_or_full(2, 300)
CHANGES = 200
HEARD_S = 0.3  # before and after each fault
CHANGES_A_SECOND = 48  # one address may send 50
HEAD = ['fault', 'times', 'missing', 'told of', 'repeated', 'altered', 'unchecked', 'new streams', 'p99 ms', 'longest ms',
        'journal']
STATE_BYTES = 16 << 20
RESERVED_AT = station.auralisctl.RESERVED_AT
FONT = '/usr/share/sounds/sf2/FluidR3_GM.sf2'
FAKETIME = glob.glob('/usr/lib/*/faketime/libfaketimeMT.so.1')
FAKETIME_FILE = '/run/auralis/wall-clock'
rows = []


def mount_state():
    """A small file system of the test's own where the state is kept."""
    os.makedirs('/var/lib/auralis', exist_ok=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={STATE_BYTES},mode=0755', 'state', '/var/lib/auralis'],
                   check=True)


def remount(folder, option):
    subprocess.run(['mount', '-o', f'remount,{option}', folder], check=True)


@contextlib.contextmanager
def no_more_of(folder):
    """Makes a file system in memory no larger than what it holds."""
    now = os.statvfs(folder)
    remount(folder, f'size={(now.f_blocks - now.f_bfree) * now.f_frsize}')
    try:
        yield
    finally:
        remount(folder, f'size={now.f_blocks * now.f_frsize}')


def fill(folder):
    """Fills a file system to its last byte; the path of what does."""
    path = os.path.join(folder, 'ballast')
    with open(path, 'wb', 0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    return path


def spoil(path, at, data):
    with open(path, 'r+b') as file:
        file.seek(at)
        file.write(data)


def newest(folder):
    return max((entry.path for entry in os.scandir(folder)), key=os.path.getmtime)


def said(entries):
    """What the journal told of events and troubles, shortly."""
    counts = {}
    for entry in entries:
        if 'AURALIS_EVENT' in entry:
            key = entry['AURALIS_EVENT']
        elif entry.get('SYSLOG_IDENTIFIER', '').startswith('auralis') and int(entry.get('PRIORITY', 6)) <= 4:
            key = re.split(r' [a-z_]+=', str(entry['MESSAGE']))[0][:60]
        elif 'Watchdog timeout' in str(entry['MESSAGE']):
            key = 'watchdog timeout'
        else:
            continue
        counts[key] = counts.get(key, 0) + 1
    return ', '.join(key if n == 1 else f'{key} x{n}' for key, n in counts.items())


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        mount_state()
        drop_in('auralis-retry@.service', '[Service]', f'Environment=PAUSE_S={service.PAUSE_S}')
        systemctl('enable', 'auralis.target')
        cls.service = service.Service().start()
        until(cls.service.whole, 'all runs')
        cls.crowd = cls.enterClassContext(listeners.Crowd(service.URL, RING, LISTENERS))
        cls.crowd.hear(HEARD_S)

    @classmethod
    def tearDownClass(cls):
        station.table(HEAD, *rows)

    def setUp(self):
        until(self.service.whole, 'all runs')
        self.crowd.report()
        self.cursor = self.service.journal_cursor()

    def check(self, what, times=1, most_missing=0, most_altered=0, event=''):
        """Waits until all is as it was; a row of the table, and what must hold of it: the journal has the event."""
        try:
            until(self.service.whole, 'all runs again', 60)
        except AssertionError:
            print(systemctl('list-units', '--all', 'auralis*'), self.service.http('/healthz'))
            raise
        self.crowd.hear(HEARD_S)
        heard = self.crowd.report()
        told = said(self.service.journal_since(self.cursor))
        rows.append([what, times, heard['missing'], heard['told'], heard['repeated'], heard['altered'],
                     heard['unchecked'], heard['streams'], f'{heard["p99_ms"]:.0f}', f'{heard["max_ms"]:.0f}', told])
        self.assertEqual(heard['faults'], [])
        self.assertEqual((heard['repeated'], heard['streams']), (0, 0))
        self.assertLessEqual(heard['missing'], most_missing * LISTENERS)
        self.assertLessEqual(heard['altered'], most_altered * LISTENERS)
        self.assertLessEqual(heard['unchecked'], heard['checked'] / 100 + most_altered * LISTENERS)
        self.assertIn(event, told)
        return heard

    def unit(self, daemon):
        """The unit of a daemon: of the two synths, the one that plays."""
        return self.service.writer() if daemon == 'synthd' else daemon

    def run(self, result=None):
        """After a failure, says what the journal said."""
        before = len(result.failures) + len(result.errors)
        result = super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(subprocess.run(['journalctl', '--no-pager', '--lines=60'], check=False, text=True,
                                 stdout=subprocess.PIPE).stdout)
        return result

    def send(self, number, *daemons, units=None):
        """A signal to each at once; waits until all are back."""
        units = units or [self.unit(daemon) for daemon in daemons]
        before = [self.service.signal(unit, number)[0] for unit in units]
        for unit, pid in zip(units, before):
            self.service.wait_ready(unit, pid)

    def send_often(self, number, *daemons):
        for _ in range(TIMES):
            self.send(number, *daemons)
            until(self.service.whole, 'all runs again')

    # ---- signals ----

    def send_to_each(self, number, daemons):
        for daemon in daemons:
            with self.subTest(daemon):
                self.setUp()
                self.send_often(number, daemon)
                self.check(f'{number.name} {daemon}', TIMES)

    def test_a_daemon_is_killed(self):
        self.send_to_each(signal.SIGKILL, (*DAEMONS, 'synthd-standby'))

    def test_a_daemon_aborts(self):
        self.send_to_each(signal.SIGABRT, DAEMONS)

    def test_a_daemon_hangs(self):
        self.send_to_each(signal.SIGSTOP, DAEMONS)

    def test_two_are_killed_at_once(self):
        for two in (('composerd', 'synthd'), ('composerd', 'streamd'), ('synthd', 'streamd')):
            with self.subTest(two):
                self.setUp()
                self.send_often(signal.SIGKILL, *two)
                self.check('SIGKILL ' + ' and '.join(two), TIMES)

    def test_all_are_killed_at_once(self):
        self.send_often(signal.SIGKILL, *DAEMONS)
        self.check('SIGKILL composerd, synthd, streamd', TIMES)
        self.setUp()
        for _ in range(TIMES):
            before = [(unit, self.service.signal(unit)[0]) for unit in UNITS]
            for unit, pid in before:
                self.service.wait_ready(unit, pid)
            until(self.service.whole, 'all runs again')
        self.check('SIGKILL all, the standby too', TIMES)

    # ---- what an operator does ----

    def test_a_daemon_is_restarted(self):
        for daemon in DAEMONS:
            with self.subTest(daemon):
                self.setUp()
                for _ in range(TIMES):
                    systemctl('restart', unit_name(self.unit(daemon)))
                    until(self.service.whole, 'all runs again')
                self.check(f'restart {daemon}', TIMES)

    def test_a_daemon_is_stopped_and_started(self):
        for daemon in DAEMONS:
            with self.subTest(daemon):
                self.setUp()
                for _ in range(TIMES):
                    unit = unit_name(self.unit(daemon))
                    systemctl('stop', unit)
                    self.assertEqual(facts(unit)['SubState'], 'dead')
                    systemctl('start', unit)
                    until(self.service.whole, 'all runs again')
                self.check(f'stop and start {daemon}', TIMES)

    def test_the_target_is_restarted(self):
        for _ in range(TIMES):
            systemctl('restart', 'auralis.target')
            until(self.service.whole, 'all runs again')
        self.check('restart auralis.target', TIMES)

    def test_synthd_is_away_for_minutes(self):
        synths = [unit_name('synthd-standby'), unit_name('synthd')]
        systemctl('stop', *synths)
        time.sleep(SYNTHD_AWAY_S)
        self.assertEqual(self.service.http('/healthz')[0], 503)
        systemctl('start', *synths)
        heard = self.check(f'both synths stopped for {SYNTHD_AWAY_S} s',
                           most_missing=(SYNTHD_AWAY_S + 2) * station.RATE_HZ)
        self.assertEqual(heard['missing'], heard['told'])

    def test_both_synths_are_away_for_less_than_the_ring_holds(self):
        synths = [unit_name('synthd-standby'), unit_name('synthd')]
        systemctl('stop', *synths)
        time.sleep(SYNTHD_SHORTLY_AWAY_S)
        systemctl('start', *synths)
        self.check(f'both synths stopped for {SYNTHD_SHORTLY_AWAY_S} s')

    def test_composerd_is_away_for_minutes(self):
        systemctl('stop', unit_name('composerd'))
        time.sleep(COMPOSERD_AWAY_S)
        systemctl('start', unit_name('composerd'))
        self.check(f'composerd stopped for {COMPOSERD_AWAY_S} s')

    # ---- the disk and the memory ----

    def change(self, bpm):
        self.assertEqual(self.service.control(bpm=bpm)['params']['bpm'], bpm)

    def test_the_disk_is_full(self):
        ballast = fill('/var/lib/auralis')
        try:
            self.change(72)
            self.send(signal.SIGKILL, 'composerd')
            self.change(74)
            self.check('disk full, a change, composerd killed, a change', event='disk_trouble')
        finally:
            os.unlink(ballast)

    def test_the_state_is_read_only(self):
        systemctl('stop', unit_name('composerd'))  # which has the journal open
        remount('/var/lib/auralis', 'ro')
        try:
            systemctl('start', unit_name('composerd'))
            self.change(76)
            self.send(signal.SIGKILL, 'composerd')
            self.change(78)
            self.check('state read-only, composerd started, killed, two changes', event='disk_trouble')
        finally:
            systemctl('stop', unit_name('composerd'))
            remount('/var/lib/auralis', 'rw')
            systemctl('start', unit_name('composerd'))

    def test_the_journal_is_corrupt(self):
        spoil(newest(f'{STATE}/journal'), 100, os.urandom(5000))
        self.send(signal.SIGKILL, 'composerd')
        self.check('journal corrupt, composerd killed', event='journal_set_aside')

    def test_the_state_is_corrupt(self):
        spoil(f'{STATE}/state.json', 0, os.urandom(50))
        self.send(signal.SIGKILL, 'composerd')
        self.check('state.json corrupt, composerd killed', event='state_set_aside')

    def test_the_ring_is_corrupt(self):
        spoil(RING, 0, bytes(16))
        self.send(signal.SIGKILL, units=['synthd', 'synthd-standby'])
        # what nobody can read any more is rendered again: of that, what nobody had heard yet
        self.check('ring corrupt, both synths killed', most_missing=station.RATE_HZ,
                   most_altered=2 * station.RATE_HZ, event='ring_set_aside')

    def test_the_rings_cursors_are_corrupt(self):
        spoil(RING, RESERVED_AT + 7, b'\x01')  # readers would wait for ever, and each writer adopt it
        self.send(signal.SIGKILL, units=['synthd', 'synthd-standby'])
        self.check('ring: a cursor corrupt, both synths killed', most_missing=station.RATE_HZ,
                   most_altered=2 * station.RATE_HZ, event='ring_set_aside')

    def test_shared_memory_is_full(self):
        with no_more_of('/dev/shm'):
            self.send(signal.SIGKILL, 'synthd')
            self.check('/dev/shm full, synthd killed')

    def test_shared_memory_is_full_and_a_ring_must_be_made(self):
        synths = [unit_name('synthd-standby'), unit_name('synthd')]
        systemctl('stop', *synths)
        os.unlink(RING)
        with no_more_of('/dev/shm'):
            systemctl('start', '--no-block', *synths)
            time.sleep(1)
        self.check('/dev/shm full for 1 s, no ring there', most_missing=4 * station.RATE_HZ,
                   most_altered=station.RATE_HZ, event='ring_trouble')

    # ---- the surroundings ----

    def test_the_soundfont_is_removed(self):
        shutil.move(FONT, FONT + '.away')
        try:
            for _ in range(2):
                self.send(signal.SIGKILL, 'synthd')
                until(self.service.whole, 'all runs again')
            degraded = until(lambda: self.service.get('/api/status')['degraded'], 'it says so')
            self.check(f'SoundFont removed, both synths killed: {degraded[0][:40]}', event='font_degraded')
        finally:
            shutil.move(FONT + '.away', FONT)
            for _ in range(2):
                self.send(signal.SIGKILL, 'synthd')
                until(self.service.whole, 'all runs again')

    def test_the_port_is_taken(self):
        streamd = [unit_name('streamd'), 'auralis-streamd.socket']
        systemctl('stop', *streamd)
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        until(lambda: taken.bind(('127.0.0.1', 8000)) or True, 'the port is free')
        taken.listen()
        systemctl('start', streamd[0], check=False)
        time.sleep(1)
        self.assertNotEqual(facts('streamd')['SubState'], 'running')
        taken.close()
        self.check('port taken for 1 s, streamd stopped and started')

    def test_changes_arrive_while_daemons_are_killed(self):
        answers = []

        def steer():
            for n in range(CHANGES):
                status, _ = self.service.http('/api/control', json.dumps({'brightness': n % 100 / 100}))
                answers.append(status)
                time.sleep(1 / CHANGES_A_SECOND)
        thread = threading.Thread(target=steer)
        thread.start()
        moments, kills = random.Random(1), 0
        while thread.is_alive():
            self.send(signal.SIGKILL, moments.choice(DAEMONS))
            kills += 1
        thread.join()
        refused = len(answers) - answers.count(200)
        self.check(f'{CHANGES} changes during {kills} kills, {refused} unanswered', kills)
        self.assertEqual([status for status in answers if status not in (200, 503, 0)], [])

    def test_descriptors_run_out(self):
        pid = self.service.pid('streamd')
        used = max(int(name) for name in os.listdir(f'/proc/{pid}/fd'))
        before = subprocess.check_output(['prlimit', f'--pid={pid}', '--nofile', '--raw', '--noheadings',
                                          '--output=SOFT,HARD'], text=True).split()
        subprocess.run(['prlimit', f'--pid={pid}', f'--nofile={used + 10}:{before[1]}'], check=True)
        callers = [socket.create_connection(('127.0.0.1', 8000)) for _ in range(60)]
        self.crowd.hear(1)
        for caller in callers:
            caller.close()
        subprocess.run(['prlimit', f'--pid={pid}', f'--nofile={before[0]}:{before[1]}'], check=True)
        self.check('descriptor limit reached by 60 more connections', event='limit_reached')

    @unittest.skipUnless(FAKETIME, 'libfaketime missing (scripts/install test)')
    def test_the_wall_clock_is_stepped(self):
        lines = [f'Environment=LD_PRELOAD={FAKETIME[0]} DONT_FAKE_MONOTONIC=1 FAKETIME_NO_CACHE=1',
                 f'Environment=FAKETIME_TIMESTAMP_FILE={FAKETIME_FILE}']

        def step(offset):
            with open(FAKETIME_FILE, 'w') as file:
                file.write(offset)
        step('+0')
        for unit in UNITS:
            drop_in(unit_name(unit), '[Service]', *lines)
        systemctl('restart', 'auralis.target')
        try:
            for hours in (1, -1):
                self.setUp()
                step(f'{hours:+d}h')
                self.crowd.hear(1)
                self.send(signal.SIGKILL, 'synthd')
                heard = self.check(f'wall clock at {hours:+d} h, synthd killed')
                self.assertAlmostEqual(heard['wall_s'], hours * 3600, delta=5)
        finally:
            for unit in UNITS:
                drop_in(unit_name(unit))
            systemctl('restart', 'auralis.target')


if __name__ == '__main__':
    station.main()
