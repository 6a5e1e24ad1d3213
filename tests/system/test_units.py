"""The installed units: what they are made of, and what an operator does with them."""

import json
import re
import statistics
import time
import unittest

import installed
from installed import DAEMONS, until

EXPOSURE_MAX = 3  # tenths, of systemd-analyze security
UNITS = ('auralis.target', 'auralis-composerd.service', 'auralis-synthd.service', 'auralis-synthd-standby.service',
         'auralis-streamd.service', 'auralis-streamd.socket')

# Instead of aplay, for a machine without a sound card.
CARD = '''#!/usr/bin/python3 -u
import sys
while block := sys.stdin.buffer.read(17640):
    print('sound' if any(block) else 'silence')
'''


class Units(installed.Test):
    def test_systemd_finds_nothing_wrong_with_the_units(self):
        names = [*UNITS, *(name.replace('.', '@dawn.') for name in UNITS), 'auralis-retry@auralis-synthd.service',
                 'auralis-speaker.service']
        found = self.machine.run('systemd-analyze', 'verify', '--man=no', *names, check=False)
        about_ours = [line for line in found.stdout.splitlines() if 'auralis' in line]
        self.assertEqual((found.returncode, about_ours), (0, []))

    def test_no_daemon_is_more_exposed_than_it_was(self):
        rows = []
        for name in (f'auralis-{daemon}{of}.service' for daemon in (*DAEMONS, 'synthd-standby')
                     for of in ('', '@')):
            path = self.machine.output('sh', '-c', f'ls /usr/local/lib/systemd/system/{name}')
            report = self.machine.run('systemd-analyze', 'security', '--offline=true',
                                      f'--threshold={EXPOSURE_MAX}', '--no-pager', path, check=False)
            score = re.search(r'exposure level for \S+: (\S+)', report.stdout)
            self.assertTrue(score and report.returncode == 0, report.stdout)
            rows.append((name, score[1]))
        installed.table(('unit', 'exposure'), *rows)

    def test_the_target_starts_a_station_that_plays(self):
        status = self.machine.get('/api/status')
        self.assertEqual(status['audio'], 'flowing')
        pids = self.machine.pids()
        for daemon in DAEMONS:  # of the synths, either may play
            self.assertIn(status['daemons'][daemon]['pid'],
                          [pid for unit, pid in pids.items() if unit.startswith(daemon)])
        until(lambda: self.machine.get('/api/status')['daemons']['standby'] == {'state': 'ready'}, 'it stands by')
        times_ms = [self.machine.started_s * 1000]
        for _ in range(4):
            self.stop_target()
            times_ms.append(self.machine.start() * 1000)
        installed.table(('start of the target to audio', 'ms'), ('median of 5', f'{statistics.median(times_ms):.0f}'),
                        ('longest', f'{max(times_ms):.0f}'))

    def test_each_daemon_says_what_it_does(self):
        def says(unit, pattern):
            until(lambda: re.fullmatch(pattern, self.machine.show(unit, 'StatusText')), f'{unit} says {pattern}')
        says('composerd', r'composing in [A-G].? \w+, \d+ bpm')
        says('synthd', r'rendering, \d+ ms ahead, \d+ voices')
        says('synthd-standby', r'standing by, \d+ ms ahead, \d+ voices')
        says('streamd', r'flowing, listeners: 0')

    def stop_target(self):
        """Stops the station; the order in which its daemons ended."""
        cursor = self.machine.output('journalctl', '--boot', '--lines=0', '--show-cursor').split()[-1]
        self.machine.systemctl('stop', 'auralis.target')
        self.machine.wait_state('composerd', 'inactive')  # the last
        lines = self.machine.journal(f'--after-cursor={cursor}').splitlines()
        return [line.split()[1].removesuffix('.service') for line in lines
                if re.match(r'Stopped auralis-\w+d(-standby)?\.service', line)]

    def test_the_target_stops_everything_in_order(self):
        began = time.monotonic()
        order = self.stop_target()
        installed.table(('stop of the target', 'ms'), ('to the end of the last', f'{(time.monotonic() - began) * 1000:.0f}'))
        self.assertEqual(order[-1], 'auralis-composerd')
        self.assertLess(order.index('auralis-streamd'), order.index('auralis-synthd'))
        self.assertEqual([self.machine.state(unit) for unit in (*DAEMONS, 'synthd-standby', 'auralis-streamd.socket')],
                         ['inactive'] * 5)
        self.assertEqual(self.machine.http('/healthz')[0], 0)
        self.machine.start()

    def test_a_second_station_runs_beside_the_first(self):
        self.machine.write('/etc/auralis/dawn.conf', '[params]\nkey = D\n')
        first = self.machine.pids()
        self.machine.start('auralis@dawn.target', 8001)
        self.assertEqual(self.machine.get('/api/control', 8001)['params']['key'], 'D')
        self.assertEqual(self.machine.get('/api/control')['params']['key'], 'A')
        self.assertNotEqual(self.machine.get('/api/status', 8001)['stream'], self.machine.get('/api/status')['stream'])
        self.machine.run('test', '-e', '/dev/shm/auralis-dawn', '-a', '-d', '/var/lib/auralis/dawn/journal')
        self.machine.systemctl('stop', 'auralis@dawn.target')
        self.machine.wait_state('composerd@dawn', 'inactive')
        self.assertEqual(self.machine.pids(), first)

    def lead_ms(self):
        return int(self.machine.output('cat', '/run/auralis/main/synth/lead'))

    def wait_lead(self, ms):
        """Waits until so much is rendered ahead, and composerd puts changes behind that."""
        until(lambda: self.lead_ms() == ms, f'the lead is {ms} ms')
        until(lambda: ms - 50 < self.machine.get('/api/status')['buffer_depth_ms'] <= ms + 20, f'{ms} ms are rendered')
        reply = json.loads(self.machine.http('/api/control', body={'space': 0.5})[1])
        self.assertTrue(ms + 30 <= reply['effective_in_ms'] <= ms + 60, reply)

    def test_the_standby_is_switched_off_by_one_command_and_then_more_is_rendered_ahead(self):
        self.wait_lead(120)
        self.machine.systemctl('disable', '--now', 'auralis-synthd-standby')
        self.wait_lead(300)
        self.assertEqual(self.machine.get('/api/status')['daemons']['standby']['state'], 'absent')
        self.machine.systemctl('restart', 'auralis.target')
        self.machine.wait_audio()
        self.assertEqual(self.machine.state('synthd-standby'), 'inactive')
        self.machine.systemctl('enable', '--now', 'auralis-synthd-standby')
        self.wait_lead(120)

    def test_the_synth_may_have_real_time_scheduling(self):
        self.addCleanup(self.machine.drop_in, 'auralis-synthd.service')
        text = self.machine.output('sh', '-c', 'cat /usr/local/share/doc/auralis/realtime.conf')
        self.machine.drop_in('auralis-synthd.service', text)
        self.machine.systemctl('restart', 'auralis-synthd')
        self.assertIn('SCHED_RR', self.machine.output('chrt', '--pid', str(self.machine.pid('synthd'))))
        self.machine.wait_audio()

    def test_the_speaker_waits_for_a_ring_and_goes_on_after_a_restart(self):
        def wait_sound():
            cursor = self.machine.output('journalctl', '--boot', '--lines=0', '--show-cursor').split()[-1]
            until(lambda: 'sound' in self.machine.journal('--unit=auralis-speaker', f'--after-cursor={cursor}',
                                                          '_TRANSPORT=stdout'), 'the card gets sound')
        self.machine.write('/usr/local/bin/aplay', CARD)
        self.machine.run('chmod', '755', '/usr/local/bin/aplay')
        self.stop_target()
        self.machine.run('rm', '/dev/shm/auralis-main')
        self.machine.systemctl('start', 'auralis-speaker')
        self.addCleanup(self.machine.systemctl, 'stop', 'auralis-speaker')
        until(lambda: 'waiting' in self.machine.journal('--unit=auralis-speaker'), 'it waits')
        player = self.machine.pid('auralis-speaker.service')
        self.machine.systemctl('start', 'auralis.target')
        wait_sound()
        self.machine.systemctl('restart', 'auralis-synthd', 'auralis-synthd-standby', 'auralis-streamd')
        wait_sound()
        self.assertEqual(self.machine.pid('auralis-speaker.service'), player)

    def test_after_a_reboot_the_same_piece_is_on_again(self):
        wanted = {'key': 'F#', 'mode': 'lydian', 'bpm': 84}
        for change in ({'preset': 'bright'}, wanted):
            self.assertEqual(self.machine.http('/api/control', body=change)[0], 200)
        before = self.machine.get('/api/status')
        self.machine.reboot()
        self.machine.wait_audio()
        # the clock is the same in the machine
        reached_s = int(self.machine.show('multi-user.target', 'ActiveEnterTimestampMonotonic')) / 1e6
        audio_s = time.monotonic() - reached_s
        after, params = self.machine.get('/api/status'), self.machine.get('/api/control')['params']
        self.assertEqual({name: params[name] for name in (*wanted, 'preset')}, {**wanted, 'preset': 'bright'})
        self.assertNotEqual(after['stream'], before['stream'])
        self.assertLess(audio_s, 10)
        installed.table(('reboot', 's'), ('boot of the machine', f'{self.machine.boot_s:.2f}'),
                        ('multi-user.target to audio', f'{audio_s:.2f}'))


if __name__ == '__main__':
    installed.main()
