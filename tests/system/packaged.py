#!/usr/bin/python3
"""A packaged station on a booted machine: installing it, hearing it, looking at what it leaves.

As a program, in the network of a machine: packaged.py URL FILE listens, and resumes whenever it loses the
server, until its input ends; then writes the frames to FILE and prints what it met as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import types

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, 'integration'))
import recording  # noqa: E402
import station  # noqa: E402

URL = 'http://127.0.0.1:8000'
DAEMONS = ('composerd', 'synthd', 'synthd-standby', 'streamd')
# What any installation writes, whatever the package.
LOGS = '/proc /sys /dev /run /tmp /var/tmp /var/log /var/cache /var/lib/dpkg /var/lib/apt /var/lib/systemd /root'.split()


def dpkg(machine, *words):
    """dpkg, for a machine that nobody asks for its manual and that nobody will boot again."""
    return machine.run('dpkg', '--no-triggers', '--force-unsafe-io', *words)


def apt(machine, *words):
    return machine.run('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--yes', *words)


def play(machine):
    """What an operator does: enables the station and starts it. Seconds until there was sound."""
    began = time.monotonic()
    machine.run('systemctl', 'enable', '--now', 'auralis.target')
    wait_sound(machine)
    return time.monotonic() - began


def ring_path(machine):
    return f'/proc/{machine.leader}/root/dev/shm/auralis-main'


def has_sound(machine):
    """Whether the last chunks of the ring are not silent."""
    try:
        ring = station.auralisctl.Ring(ring_path(machine))
    except station.auralisctl.Trouble:
        return False
    last = ring.published() // ring.chunk_frames
    chunks = [ring.chunk(seq * ring.chunk_frames) for seq in range(max(0, last - 5), last)]
    return any(chunk and chunk[3] > 0.01 for chunk in chunks) and ring.published() > ring.due()


def wait_sound(machine):
    """Waits until the ring sounds, and the port says that it does."""
    station.until(lambda: has_sound(machine), 'the ring sounds')
    station.until(lambda: get(machine, '/healthz').returncode == 0, 'the port serves it')


def get(machine, path):
    """The answer of the station's port."""
    return subprocess.run(['nsenter', '--target', str(machine.leader), '--net', 'curl', '--silent', '--fail',
                           '--max-time', '5', URL + path], text=True, stdout=subprocess.PIPE, check=False)


def params(machine):
    """What listeners steer, and the stream that plays."""
    return (json.loads(get(machine, '/api/control').stdout)['params'],
            json.loads(get(machine, '/api/status').stdout)['stream'])


def pids(machine):
    """The main process of each daemon; 0 for one that does not run."""
    return {daemon: int(machine.output('systemctl', 'show', '--property=MainPID', '--value',
                                       f'auralis-{daemon}.service')) for daemon in DAEMONS}


def processes(machine):
    """Processes of the station."""
    return machine.run('sh', '-c', 'cat /proc/[0-9]*/comm 2>/dev/null | grep ^auralis', check=False).stdout.split()


def left(machine):
    """What a purge must leave as it found it: files, but for those that any installation writes; users, groups, units."""
    pruned = ' -o '.join(f'-path {path}' for path in LOGS)
    return set(machine.output('sh', '-c', f"""
        find / \\( {pruned} \\) -prune -o -print
        find /run /dev/shm /var/lib/systemd | grep auralis
        getent passwd
        getent group
        systemctl list-units --all --plain --no-legend 'auralis*'
        systemctl list-unit-files --no-legend 'auralis*'
        """, check=False).splitlines())


class Listening:
    """A listener that resumes, and one that reads the ring (unless its layout will change), from now on."""

    def __init__(self, machine, with_ring=True):
        self.folder = tempfile.TemporaryDirectory(prefix='auralis-listening-', dir='/tmp')
        self.file = os.path.join(self.folder.name, 'frames')
        place = types.SimpleNamespace(ring=ring_path(machine), bus=os.path.join(self.folder.name, 'bus'))
        self.capture = recording.Capture(place) if with_ring else None
        self.process = subprocess.Popen(
            ['nsenter', '--target', str(machine.leader), '--net', sys.executable, os.path.abspath(__file__), URL,
             self.file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()  # it hears

    def finish(self):
        """What it met: missing, repeated and altered frames, connections, the longest time between chunks."""
        met = types.SimpleNamespace(**json.loads(self.process.communicate('')[0]))
        heard = recording.Recording()
        with open(self.file, 'rb') as file:
            heard.add(met.first, file.read())
        met.sounds_at_end = any(heard.get(heard.end - station.RATE_HZ, station.RATE_HZ))
        met.altered = heard.altered(self.capture.finish()) if self.capture else None
        self.folder.cleanup()
        return met


def listen(url, path):
    listener = recording.Listener(url)
    listener.wait_seconds(1)
    print('hears', flush=True)
    sys.stdin.read()
    listener.wait_seconds(1)  # still, or again
    heard = listener.finish()
    with open(path, 'wb') as file:
        file.write(heard.data)
    print(json.dumps({'first': heard.first, 'seconds': heard.seconds, 'missing': heard.missing,
                      'repeated': heard.repeated, 'faults': listener.faults, 'connections': listener.connections,
                      'longest_ms': listener.longest_wait() * 1000}))


if __name__ == '__main__':
    listen(*sys.argv[1:])
