"""What the daemons cannot do: a probe with the settings of each daemon's own unit tries it."""

import json
import os
import unittest

import installed
from installed import DAEMONS

UNITS = '/usr/local/lib/systemd/system'
PROBE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'probe.py')
RING = '/dev/shm/auralis-main'
# What belongs to the daemon and its supervision, not to its sandbox.
NOT_SANDBOX = ('Type=', 'Exec', 'Restart', 'Watchdog', 'Sockets=', 'Timeout')


class Sandbox(installed.Test):
    found = {}  # by daemon and further settings

    def probe(self, *unit):
        """What came of each try in the sandbox of a daemon, with further settings."""
        if unit not in self.found:
            self.found[unit] = self.run_probe(*unit)
        return self.found[unit]

    def run_probe(self, daemon, *more):
        text = self.machine.output('cat', f'{UNITS}/auralis-{daemon}.service')
        service = text.split('[Service]\n')[1].split('[Install]')[0]
        lines = [line for line in service.splitlines() if not line.startswith(NOT_SANDBOX)]
        name = f'probe-{daemon}-{len(more)}'
        # The tests' folder need not be where the daemon may look.
        self.machine.run('install', '-m', '755', PROBE, '/usr/local/bin/probe.py')
        self.machine.write(f'/run/systemd/system/{name}.service', '\n'.join(
            ['[Service]', *lines, *more, 'Type=oneshot', f'ExecStart=/usr/bin/python3 /usr/local/bin/probe.py {RING}']) + '\n')
        self.machine.systemctl('daemon-reload')
        self.machine.run('systemctl', 'start', name, check=False)
        return json.loads(self.machine.journal(f'--unit={name}', '_TRANSPORT=stdout').splitlines()[-1])

    def test_no_daemon_can_open_a_network_socket(self):
        for daemon in DAEMONS:
            found = self.probe(daemon)
            self.assertEqual({family: found[family] for family in ('AF_INET', 'AF_INET6', 'AF_PACKET', 'AF_NETLINK',
                                                                   'AF_VSOCK', 'AF_UNIX')},
                             {**dict.fromkeys(('AF_INET', 'AF_INET6', 'AF_PACKET', 'AF_NETLINK', 'AF_VSOCK'),
                                              'EAFNOSUPPORT'), 'AF_UNIX': 'done'})

    def test_a_daemon_that_could_would_see_no_network(self):
        found = self.probe('streamd', 'RestrictAddressFamilies=', 'IPAddressDeny=')
        self.assertEqual((found['AF_INET'], found['interfaces']), ('done', ['lo']))

    def test_streamd_cannot_write_the_ring(self):
        found = self.probe('streamd')
        self.assertEqual({way: found[way] for way in found if way in (
            'open to read', 'open to write', 'map to write', 'make the mapping writable', 'open again to write',
            'write to the mapping')},
            {'open to read': 'done', 'open to write': 'EACCES', 'map to write': 'EACCES',
             'make the mapping writable': 'EACCES', 'open again to write': 'EACCES',
             'write to the mapping': 'SIGSEGV'})

    def test_synthd_can_which_shows_that_the_probe_would_see_it(self):
        found = self.probe('synthd')
        self.assertEqual((found['open to write'], found['map to write']), ('done', 'EACCES'))

    def test_composerd_does_not_even_see_the_ring(self):
        found = self.probe('composerd')
        self.assertEqual((found['open to read'], found['open to write']), ('EACCES', 'EACCES'))

    def test_the_configuration_is_read_only(self):
        for daemon in DAEMONS:
            self.assertEqual(self.probe(daemon)['write to /etc'], 'EROFS')


if __name__ == '__main__':
    installed.main()
