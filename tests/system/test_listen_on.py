"""`auralisctl listen-on` and `token` on an installed station: the socket moves, and the station with it."""

import os
import subprocess
import sys
import unittest

import installed
import machine

BOX = '10.77.0.1'
FULL = os.environ.get('AURALIS_FULL') == '1'
SOCKET = 'auralis-streamd.socket'
DROP_IN = '/etc/systemd/system/auralis-streamd.socket.d'
CONFIG = '/etc/auralis/auralis.conf'
TOKEN = '/var/lib/auralis/main/stream/token'
NONSENSE = ['box.local', '0.0.0.0:65536', '1.2.3.4\nExecStart=/bin/sh']
# In the machine: a listener that resumes, for as long as its input is open.
LISTENER = '''
import sys
sys.path.insert(0, sys.argv[1])
import recording
listener = recording.Listener('http://127.0.0.1:8000')
listener.wait_seconds(0.3)
print('listening', flush=True)
sys.stdin.read()
listener.wait_seconds(0.3)
heard = listener.finish()
times = [at for _, at in listener.arrivals]
print(heard.missing, heard.repeated, listener.connections, max(b - a for a, b in zip(times, times[1:])))
'''


class ListenOn(installed.Test):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for words in ('link add box0 type veth peer name box1', f'addr add {BOX}/24 dev box0', 'link set box0 up',
                      'link set box1 up'):
            cls.machine.run('ip', *words.split())

    def tearDown(self):
        self.ctl('listen-on', '127.0.0.1:8000')
        self.machine.wait_audio()
        self.assertEqual(self.drop_in(), '')

    def ctl(self, *words, status=0, user=()):
        done = self.machine.run(*user, 'auralisctl', *words, check=False)
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout.strip()

    def drop_in(self):
        return self.machine.run('cat', f'{DROP_IN}/listen.conf', check=False, stderr=subprocess.DEVNULL).stdout

    def listening(self, port=8000):
        return self.machine.get('/api/status', port)['listening']

    def status_at(self, host, path='/healthz', *more):
        return self.machine.run('curl', '--silent', '--max-time', '5', '--output', '/dev/null', '--write-out',
                                '%{http_code}', *more, f'http://{host}{path}', check=False).stdout

    def test_it_moves_to_the_network_and_back_and_listeners_resume(self):
        program = [sys.executable, '-c', LISTENER, os.path.join(machine.PROJECT, 'tests', 'integration')]
        with subprocess.Popen(self.machine.command(*program), text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as listener:
            self.assertEqual(listener.stdout.readline(), 'listening\n')
            said = self.ctl('listen-on', '0.0.0.0')
            self.assertIn(f'http://{BOX}:8000/', said)
            self.assertIn('http://127.0.0.1:8000/', said)
            self.machine.wait_audio()
            missing, repeated, connections, gap_s = listener.communicate()[0].split()
        installed.table(('listen-on while a listener resumes', 'ms'),
                        ('longest time between chunks', f'{float(gap_s) * 1000:.0f}'))
        self.assertEqual((missing, repeated), ('0', '0'))
        self.assertGreaterEqual(int(connections), 2)
        self.assertEqual(self.listening(), ['0.0.0.0:8000'])
        self.assertEqual(self.status_at(f'{BOX}:8000'), '200')
        for command in ('status', 'listen-on'):
            self.assertIn(f'http://{BOX}:8000/', self.ctl(command))
        name = self.machine.output('hostname').partition('.')[0]
        for host, status in ((f'{name}.local:8000', '200'), ('10.77.0.2:8000', '403'), ('evil.example', '403')):
            self.assertEqual(self.status_at(f'{BOX}:8000', '/healthz', '--header', f'Host: {host}'), status, host)
        self.assertIn('ListenStream=\nListenStream=0.0.0.0:8000\n', self.drop_in())

        pid = self.machine.pid('streamd')
        self.ctl('listen-on', '0.0.0.0:8000')  # once more changes nothing
        self.assertEqual(self.machine.pid('streamd'), pid)

        self.ctl('listen-on', '127.0.0.1')
        self.assertEqual(self.listening(), ['127.0.0.1:8000'])
        self.assertEqual(self.status_at(f'{BOX}:8000'), '000')
        self.assertEqual(self.machine.run('ls', DROP_IN, check=False).returncode, 2)

    def test_one_address_or_ipv6_or_another_port_may_be_meant(self):
        for word, listening, reached in (('::', '[::]:8000', f'{BOX}:8000'), (BOX, f'{BOX}:8000', f'{BOX}:8000'),
                                         ('[::1]:8080', '[::1]:8080', '[::1]:8080'))[:None if FULL else 1]:
            with self.subTest(word):
                self.ctl('listen-on', word)
                self.assertIn(f'ListenStream={listening}\n', self.drop_in())
                self.assertEqual(self.status_at(reached), '200')
                self.assertIn(f'http://{reached}/', self.ctl('status'))

    def test_nonsense_is_refused_and_nothing_has_changed(self):
        pid = self.machine.pid('streamd')
        for word in NONSENSE:
            with self.subTest(word):
                self.assertIn('must be', self.ctl('listen-on', word, status=1))
        said = self.ctl('listen-on', '10.99.0.1', status=1)
        self.assertIn('no address of this machine', said)
        self.assertIn(BOX, said)
        said = self.ctl('listen-on', '0.0.0.0', status=1, user=('setpriv', '--reuid=65534', '--clear-groups'))
        self.assertIn('sudo auralisctl listen-on 0.0.0.0', said)
        self.assertEqual((self.drop_in(), self.machine.pid('streamd')), ('', pid))

    def test_a_port_that_is_taken_is_said_and_all_is_as_it_was(self):
        taker = 'import socket, sys; s = socket.create_server(("0.0.0.0", 8090)); print(1, flush=True); sys.stdin.read()'
        with subprocess.Popen(self.machine.command(sys.executable, '-c', taker), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            said = self.ctl('listen-on', '0.0.0.0:8090', status=1)
            process.communicate()
        self.assertIn('in use', said)
        self.assertEqual((self.drop_in(), self.listening()), ('', ['127.0.0.1:8000']))

    def test_a_setting_that_contradicts_is_said_before_and_is_final_after(self):
        before = self.machine.output('cat', CONFIG)
        self.machine.write(CONFIG, '[stream]\nlisten = 127.0.0.1:8000\n')
        try:
            said = self.ctl('listen-on', '0.0.0.0', status=1)
            self.assertIn(CONFIG, said)
            self.assertIn('stream.listen = 127.0.0.1:8000', said)
            self.machine.write(CONFIG, '[stream]\nlisten = 127.0.0.1:9000\n')
            self.machine.systemctl('restart', 'auralis-streamd.service', check=False)
            self.machine.wait_state('streamd', 'failed')
            self.assertEqual(self.machine.show('streamd', 'ExecMainStatus'), str(installed.EXIT_CONFIG))
            self.assertIn('auralisctl listen-on 127.0.0.1:9000', self.machine.journal('AURALIS_EVENT=config_invalid'))
            self.assertIn('127.0.0.1:9000', self.machine.show('streamd', 'StatusText'))
        finally:
            self.machine.write(CONFIG, before + '\n')
        self.machine.systemctl('start', 'auralis-streamd.service')
        self.machine.wait_audio()

    def test_what_does_not_run_will_listen_there_once_it_does(self):
        self.machine.systemctl('stop', 'auralis.target')
        self.machine.wait_state(SOCKET, 'inactive')
        self.assertIn('once it is started', self.ctl('listen-on', '0.0.0.0'))
        self.assertNotEqual(self.machine.state('streamd'), 'active')
        self.machine.start()
        self.assertEqual(self.listening(), ['0.0.0.0:8000'])
        self.machine.systemctl('stop', 'auralis-streamd.service')  # by hand: it stays so
        self.ctl('listen-on', '127.0.0.1')
        self.assertEqual(self.machine.state('streamd'), 'inactive')
        self.machine.systemctl('start', 'auralis-streamd.service')

    def test_a_second_station_moves_alone_and_keeps_its_port(self):
        pid = self.machine.pid('streamd')
        self.machine.start('auralis@dawn.target', 8001)
        self.ctl('--instance', 'dawn', 'listen-on', '0.0.0.0')
        self.assertEqual(self.listening(8001), ['0.0.0.0:8001'])
        self.assertNotEqual(self.ctl('--instance', 'dawn', 'token'), '')
        self.assertIn('several stations', self.ctl('status', status=1))
        self.ctl('--instance', 'dawn', 'listen-on', '127.0.0.1')
        self.machine.systemctl('stop', 'auralis@dawn.target')
        self.machine.wait_state('auralis-streamd@dawn.service', 'inactive')
        self.assertEqual(self.machine.pid('streamd'), pid)

    def test_the_token_is_for_root_and_the_group_and_a_new_one_ends_the_old(self):
        self.assertIn('control is open', self.ctl('token', status=1))
        self.ctl('listen-on', '0.0.0.0')
        token = self.ctl('token')
        self.assertRegex(token, '^[a-z0-9]{4}(-[a-z0-9]{4}){3}$')
        self.assertEqual(self.machine.output('stat', '-c', '%U:%G %a', TOKEN), 'auralis-streamd:auralis 640')
        member = ('setpriv', '--reuid=65534', '--regid=auralis', '--clear-groups')
        self.assertEqual(self.ctl('token', user=member), token)
        self.assertIn('heard from', self.ctl('set', 'space=0.4', user=member))
        nobody = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
        self.assertIn('sudo auralisctl token', self.ctl('token', status=1, user=nobody))
        self.assertIn('token', self.ctl('set', 'space=0.5', status=1, user=nobody))
        new = self.ctl('token', '--new')
        self.assertNotEqual(new, token)
        for one, status in ((token, '401'), (new, '200')):
            self.assertEqual(self.status_at(f'{BOX}:8000', '/api/control', '--json', '{"space":0.5}', '--header',
                                            f'Authorization: Bearer {one}'), status)
        self.machine.systemctl('restart', 'auralis-streamd.service')
        self.machine.wait_audio()
        self.assertEqual(self.ctl('token'), new)


if __name__ == '__main__':
    installed.main()
