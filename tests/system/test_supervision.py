"""What systemd does with daemons that end: by themselves, by hand, and again and again."""

import json
import os
import subprocess
import time
import unittest

import installed
from installed import DAEMONS, EXIT_CONFIG, EXIT_TRY_LATER, percentile, until

ALL = (*DAEMONS, 'synthd-standby')
RETRY = 'auralis-retry@.service'
FULL = os.environ.get('AURALIS_FULL') == '1'
KILLS = 25 if FULL else 3  # of each daemon, below what is damped
# What is damped, and for how long: as it is installed, or shorter.
DAMPED = [] if FULL else ['StartLimitIntervalSec=2', 'StartLimitBurst=5']
PAUSE_S = 30 if FULL else 2
LONG_PAUSE_S = 600  # longer than a test takes


class Supervision(installed.Test):
    def setUp(self):
        self.machine.systemctl('reset-failed', 'auralis*')  # how often each was started counts from here
        self.machine.systemctl('start', 'auralis.target')  # it also starts what was stopped
        self.machine.wait_audio()

    def others(self, unit):
        return {name: pid for name, pid in self.machine.pids().items() if name != unit}

    def test_a_daemon_that_is_killed_is_back_alone(self):
        rows = []
        for unit in ALL:
            others, times_ms = self.others(unit), []
            for _ in range(KILLS):
                self.machine.wait_another(unit, self.machine.signal(unit, 'KILL'))
                times_ms.append(self.machine.away_ms(unit))
            self.assertEqual(self.others(unit), others)
            rows.append((unit, *(f'{percentile(times_ms, share):.0f}' for share in (0.5, 0.99))))
        installed.table((f'SIGKILL to READY, {KILLS} times', 'p50, ms', 'p99, ms'), *rows)

    def test_a_daemon_that_is_restarted_leaves_the_others_alone(self):
        for unit in ALL:
            others, before = self.others(unit), self.machine.pid(unit)
            self.machine.systemctl('restart', f'auralis-{unit}')
            self.assertNotIn(self.machine.pid(unit), (0, before))
            self.assertEqual(self.others(unit), others)
        self.machine.wait_audio()

    def test_what_is_stopped_by_hand_stays_stopped_until_the_target_is_started(self):
        for unit in ALL:
            others = self.others(unit)
            self.machine.systemctl('stop', f'auralis-{unit}')
            self.assertEqual((self.machine.state(unit), self.others(unit)), ('inactive', others))
            self.machine.systemctl('start', 'auralis.target')
            self.assertEqual((self.machine.state(unit), self.others(unit)), ('active', others))
        self.machine.wait_audio()

    def flood(self):
        """Listeners who keep calling; ends with the test."""
        words = ['nsenter', '--target', str(self.machine.leader), '--net', '--', 'bash', '-c',
                 'while :; do curl --silent --max-time 0.3 http://127.0.0.1:8000/healthz; done']
        caller = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        self.addCleanup(caller.wait)
        self.addCleanup(caller.kill)

    def test_streamd_is_not_started_by_those_who_call(self):
        self.flood()
        for _ in range(3):
            self.machine.systemctl('stop', 'auralis-streamd')
            self.machine.wait_state('auralis-streamd.socket', 'inactive')  # and who calls is refused
            self.assertEqual((self.machine.state('streamd'), self.machine.http('/healthz')[0]), ('inactive', 0))
            self.machine.systemctl('start', 'auralis.target')
            self.machine.wait_audio()

    def test_the_port_stays_open_while_streamd_is_killed(self):
        self.flood()
        socket = self.machine.show('auralis-streamd.socket', 'ActiveEnterTimestampMonotonic')
        for _ in range(KILLS):
            self.machine.wait_another('streamd', self.machine.signal('streamd', 'KILL'))
        self.machine.systemctl('restart', 'auralis-streamd')
        self.assertEqual(self.machine.show('auralis-streamd.socket', 'ActiveEnterTimestampMonotonic'), socket)

    def test_a_restart_of_the_target_keeps_the_port_open(self):
        socket = self.machine.show('auralis-streamd.socket', 'ActiveEnterTimestampMonotonic')
        before = self.machine.pids()
        self.machine.systemctl('restart', 'auralis.target')
        self.machine.wait_audio()
        self.assertFalse(set(before.values()) & set(self.machine.pids().values()))
        self.assertEqual(self.machine.show('auralis-streamd.socket', 'ActiveEnterTimestampMonotonic'), socket)

    def loop(self, unit, pause_s):
        """Makes a daemon end as soon as it is started, with a pause before it is tried again."""
        self.machine.drop_in(RETRY, '[Service]', f'Environment=PAUSE_S={pause_s}')
        self.machine.drop_in(f'auralis-{unit}.service', '[Unit]', *DAMPED, '[Service]', 'ExecStart=', 'ExecStart=false')
        self.addCleanup(self.machine.drop_in, RETRY)
        self.machine.signal(unit, 'KILL')
        self.machine.wait_state(unit, 'failed')
        self.machine.wait_state(f'auralis-retry@auralis-{unit}.service', 'activating')

    def heal(self, unit):
        self.machine.drop_in(f'auralis-{unit}.service')

    def test_what_keeps_ending_is_damped_and_tried_again(self):
        self.machine.systemctl('stop', 'auralis-synthd-standby')
        self.loop('synthd', PAUSE_S)
        until(lambda: 'auralis-synthd.service' in self.machine.systemctl('list-units', '--failed', '--plain'),
              'systemctl says so')
        until(lambda: self.machine.http('/healthz')[0] == 503, '/healthz says that audio does not flow')
        self.assertIn('synthd', self.machine.http('/healthz')[1])
        self.machine.wait_state('synthd', 'activating', timeout_s=PAUSE_S + 15)  # it is tried again
        self.machine.wait_state('synthd', 'failed')
        self.heal('synthd')
        self.machine.wait_state('synthd', 'active', timeout_s=PAUSE_S + 15)
        self.machine.wait_audio()

    def failed_starts(self):
        """How often composerd's start has failed since it last did not."""
        record = self.machine.output('sh', '-c', 'cat /run/auralis/main/bus/start-failed 2>/dev/null || echo 0')
        return int(record.split()[0])

    def test_a_start_that_keeps_failing_is_tried_again_and_seldom_said(self):
        self.machine.drop_in(RETRY, '[Service]', 'Environment=PAUSE_S=1')
        self.addCleanup(self.machine.drop_in, RETRY)
        self.machine.systemctl('stop', 'auralis-composerd')
        self.machine.run('systemd-run', '--quiet', '--unit=holder', 'flock', '/var/lib/auralis/main/lock', 'sleep', 'inf')
        self.machine.systemctl('start', '--no-block', 'auralis-composerd')
        until(lambda: self.failed_starts() >= 6, 'it is tried again and again')  # three times at once
        until(lambda: 'cannot lock the state' in self.machine.show('composerd', 'StatusText'), 'systemctl says why')
        self.assertEqual(self.machine.show('composerd', 'ExecMainStatus'), str(EXIT_TRY_LATER))
        self.assertLessEqual(int(self.machine.show('composerd', 'NRestarts')), 3)  # the rest had a pause before them
        said = self.machine.journal('AURALIS_EVENT=start_failed').splitlines()
        self.assertIn(len(said), (1, 2), said)  # at once, and perhaps after 10 s
        self.machine.systemctl('stop', 'holder')
        self.machine.wait_state('composerd', 'active')
        self.assertEqual(self.failed_starts(), 0)

    def test_what_is_stopped_while_it_is_damped_is_not_tried_again(self):
        self.loop('composerd', LONG_PAUSE_S)
        until(lambda: 'composerd is away' in self.machine.http('/healthz')[1], '/healthz says so')
        self.machine.systemctl('stop', 'auralis-composerd')
        self.heal('composerd')
        self.machine.wait_state('auralis-retry@auralis-composerd.service', 'inactive')
        self.assertEqual(self.machine.state('composerd'), 'failed')

    def test_what_had_to_be_killed_as_it_was_stopped_stays_stopped(self):
        self.machine.drop_in(RETRY, '[Service]', 'Environment=PAUSE_S=0')
        self.addCleanup(self.machine.drop_in, RETRY)
        deaf = "/bin/sh -c 'trap : TERM; systemd-notify --ready; while :; do sleep 0.1; done'"
        self.machine.drop_in('auralis-synthd-standby.service', '[Service]', 'ExecStart=', f'ExecStart={deaf}',
                             'NotifyAccess=all', 'WatchdogSec=0')
        self.machine.systemctl('restart', 'auralis-synthd-standby')
        self.machine.systemctl('stop', 'auralis-synthd-standby')
        self.assertEqual(self.machine.show('synthd-standby', 'Result'), 'timeout')
        self.machine.run('systemctl', 'start', 'auralis-retry@auralis-synthd-standby', check=False)
        self.assertEqual(self.machine.state('synthd-standby'), 'failed')
        self.heal('synthd-standby')

    def test_a_wrong_configuration_is_final_for_the_daemon_alone(self):
        others = self.others('streamd')
        self.machine.drop_in('auralis-streamd.service', '[Service]', 'Environment=AURALIS_STREAM_MAX_CLIENTS=none')
        self.machine.signal('streamd', 'KILL')
        self.machine.wait_state('streamd', 'failed')
        self.machine.http('/healthz', timeout_s=0.2)
        self.machine.wait_state('auralis-retry@auralis-streamd.service', 'inactive')
        self.assertEqual((int(self.machine.show('streamd', 'ExecMainStatus')), self.machine.state('streamd')),
                         (EXIT_CONFIG, 'failed'))
        self.assertIn('max_clients', self.machine.journal('--unit=auralis-streamd', '--lines=5'))
        self.assertEqual(self.others('streamd'), others)
        self.heal('streamd')

    def test_a_port_that_is_taken_is_tried_again(self):
        self.machine.drop_in(RETRY, '[Service]', f'Environment=PAUSE_S={PAUSE_S}')
        self.addCleanup(self.machine.drop_in, RETRY)
        self.machine.systemctl('stop', 'auralis.target')
        self.machine.wait_state('composerd', 'inactive')
        self.machine.run('systemd-run', '--quiet', '--unit=taker', 'python3', '-m', 'http.server', '8000')
        until(lambda: self.machine.http('/')[0] == 200, 'the port is taken')
        self.machine.systemctl('start', 'auralis.target')
        self.machine.wait_state('auralis-streamd.socket', 'failed')
        self.machine.systemctl('stop', 'taker')
        self.machine.wait_audio(timeout_s=PAUSE_S + 15)

    def test_a_daemon_that_hangs_is_replaced(self):
        rows = []
        for unit in ALL:
            others, began = self.others(unit), time.monotonic()
            self.machine.wait_another(unit, self.machine.signal(unit, 'STOP'))
            rows.append((unit, f'{(time.monotonic() - began) * 1000:.0f}'))
            self.assertEqual(self.others(unit), others)
        installed.table(('SIGSTOP to READY of the next', 'ms'), *rows)
        self.assertIn('Watchdog timeout', self.machine.journal('--unit=auralis-synthd'))

    def bars_of_next_phrase(self):
        """Has another section begin; how long what follows is."""
        self.assertEqual(self.machine.http('/api/control', body={'op': 'next'})[0], 200)
        script = 'cat /var/lib/auralis/main/journal/* | grep \\"type\\":\\"phrase | tail -n 1'
        return json.loads(self.machine.output('sh', '-c', script))['bars']

    def test_reload_takes_up_what_the_configuration_says_now(self):
        pids, font = self.machine.pids(), '/usr/local/share/auralis/another.sf2'
        self.machine.run('ln', '-s', self.machine.get('/api/status')['soundfonts'][0]['path'], font)
        self.machine.write('/etc/auralis/auralis.conf',
                           f'[composer]\nphrase_bars = 16\n[synth]\nsoundfont = {font}\n[stream]\ncontrol = off\n')
        self.addCleanup(self.machine.write, '/etc/auralis/auralis.conf', '')
        self.machine.systemctl('reload', 'auralis-composerd')
        until(lambda: self.bars_of_next_phrase() == 16, 'composerd makes longer phrases')
        self.machine.systemctl('reload', 'auralis-synthd', 'auralis-synthd-standby', 'auralis-streamd')
        until(lambda: self.machine.get('/api/status')['soundfonts'][0]['path'] == font, 'synthd plays the new font')
        until(lambda: self.machine.get('/api/status')['control'] == 'off', 'streamd takes no change')
        self.assertEqual(self.machine.http('/api/control', body={'space': 0.5})[0], 403)
        self.machine.write('/etc/auralis/auralis.conf', '[station]\nnonsense\n')
        self.machine.systemctl('reload', *(f'auralis-{unit}' for unit in ALL))
        for unit in ALL:
            until(lambda name=unit: 'nonsense' in self.machine.journal(f'--unit=auralis-{name}') or 'auralis.conf:2' in
                  self.machine.journal(f'--unit=auralis-{name}'), f'{unit} says what is wrong')
        self.assertEqual(self.machine.pids(), pids)


if __name__ == '__main__':
    installed.main()
