"""The installed station as a test sees it that runs inside a machine (machine.py), as root."""

import json
import os
import signal
import subprocess
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'integration'))

import listeners  # noqa: E402
import station  # noqa: E402
from station import until  # noqa: E402

URL = 'http://127.0.0.1:8000'
RING = '/dev/shm/auralis-main'
STATE = '/var/lib/auralis/main'
DAEMONS = station.DAEMONS
UNITS = (*DAEMONS, 'synthd-standby')
DROP_INS = '/run/systemd/system'
PAUSE_S = 2  # before auralis-retry starts it again, here; 30 as it is installed
POLL_S = 0.005


def unit_name(unit):
    return unit if '.' in unit else f'auralis-{unit}.service'


def systemctl(*words, check=True):
    return subprocess.run(['systemctl', '--quiet', *words], check=check, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL if not check else None).stdout


def facts(unit):
    """What systemd knows of a unit."""
    lines = systemctl('show', unit_name(unit), '--property',
                      'MainPID,ActiveState,SubState,ActiveEnterTimestampMonotonic').splitlines()
    return dict(line.split('=', 1) for line in lines)


def drop_in(unit, *lines):
    """Adds lines to a unit, or with none takes them away."""
    folder = f'{DROP_INS}/{unit}.d'
    path = f'{folder}/test.conf'
    if lines:
        os.makedirs(folder, exist_ok=True)
        with open(path, 'w') as file:
            file.write('\n'.join(lines) + '\n')
    else:
        os.unlink(path)
    systemctl('daemon-reload')


class Service(station.Station):
    """The main station of the machine; the calls of station.Station, for installed units."""

    def __init__(self):
        super().__init__(folder=STATE)
        self.url = URL
        self.place = station.auralisctl.Station()

    def start(self, wait=True):
        systemctl('start', 'auralis.target')
        if wait:
            until(self.healthy, 'audio flows')
        return self

    def stop(self):
        systemctl('stop', 'auralis.target')

    def healthy(self):
        return self.http('/healthz')[0] == 200

    def whole(self):
        """Whether all units run, with a standby if there is one, and audio flows."""
        try:
            ring = self.ring()
        except station.auralisctl.Trouble:
            return False
        return (all(facts(unit)['SubState'] == 'running' for unit in self.units()) and self.healthy()
                and (not self.has_standby() or ring.standby_seconds() is not None)
                and ring.published() > ring.due())

    def units(self):
        return UNITS if self.has_standby() else DAEMONS

    @staticmethod
    def has_standby():
        return os.path.exists('/etc/systemd/system/auralis.target.wants/auralis-synthd-standby.service')

    # ---- processes ----

    def pid(self, daemon):
        return int(facts(daemon)['MainPID'])

    def writer(self):
        """The unit whose process writes the ring."""
        pid = self.ring().writer_pid
        return next((unit for unit in ('synthd', 'synthd-standby') if self.pid(unit) == pid), 'synthd')

    def signal(self, unit, number=signal.SIGKILL):
        """Sends a signal; the process that was, and when it was sent."""
        pid = self.pid(unit)
        sent = time.monotonic()
        os.kill(pid, number)
        return pid, sent

    def wait_ready(self, unit, before, timeout_s=station.TIMEOUT_S):
        """Waits for another process than `before` that is ready; when systemd had its READY, monotonic s."""
        def is_back():
            found = facts(unit)
            if found['MainPID'] in ('0', str(before)) or found['SubState'] != 'running':
                return None
            return int(found['ActiveEnterTimestampMonotonic']) / 1e6
        return until(is_back, f'{unit} is back', timeout_s)

    # ---- what it says ----

    @staticmethod
    def journal_cursor():
        out = subprocess.check_output(['journalctl', '--no-pager', '--lines=0', '--show-cursor'], text=True)
        return out.split()[-1]

    @staticmethod
    def journal_since(cursor):
        """The entries of the units since then, as dictionaries."""
        out = subprocess.check_output(['journalctl', '--no-pager', '--output=json', f'--after-cursor={cursor}',
                                       '--unit=auralis*'], text=True)
        return [json.loads(line) for line in out.splitlines()]


__all__ = ['DAEMONS', 'PAUSE_S', 'RING', 'STATE', 'UNITS', 'URL', 'Service', 'drop_in', 'facts', 'listeners',
           'station', 'systemctl', 'unit_name', 'until']
