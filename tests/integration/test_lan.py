"""A station that the network reaches: who is answered, who may steer, and that tokens cannot be tried.

The network is this machine's own address, or one more of loopback where it has none.
"""

import base64
import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest

import station

net = station.auralisctl.net
ADDRESS = next((word for word in net.machine_addresses() if ':' not in word), '127.0.0.7')
MACHINE = socket.gethostname().partition('.')[0]
GUESSES = 10  # wrong tokens that an address is forgiven at once
CHANGE = {'brightness': 0.6}


class Client:
    """An HTTP or WebSocket client of a station, from an address of its choice."""

    def __init__(self, port, address=ADDRESS, source=None):
        self.link = socket.create_connection((address, port), station.TIMEOUT_S, (source, 0) if source else None)
        self.data = self.link.makefile('rb')
        self.address = net.join(address, port)

    def ask(self, path, body=None, **headers):
        """(status, headers, text); header names with _ for -, those with None are left out."""
        data = json.dumps(body).encode() if body is not None else b''
        headers = {'Host': self.address, **{name.replace('_', '-'): value for name, value in headers.items()}}
        if body is not None:
            headers = {'Content-Type': 'application/json', 'Content-Length': str(len(data)), **headers}
        lines = [f'{"GET" if body is None else "POST"} {path} HTTP/1.1',
                 *(f'{name}: {value}' for name, value in headers.items() if value is not None), '', '']
        self.link.sendall('\r\n'.join(lines).encode() + data)
        status = int(self.data.readline().split()[1])
        answered = http.client.parse_headers(self.data)
        text = '' if status == 101 else self.data.read(int(answered.get('Content-Length', 0))).decode()
        return status, answered, text

    def steer(self, token=None, **headers):
        """(status, headers, answer) of a change."""
        bearer = None if token is None else f'Bearer {token}'
        status, answered, text = self.ask('/api/control', CHANGE, Authorization=bearer, **headers)
        return status, answered, json.loads(text)

    # ---- WebSocket ----

    def upgrade(self, **headers):
        """The status; 101 when it is a WebSocket now."""
        status, _, _ = self.ask('/ws/stream?format=pcm', Connection='Upgrade', Upgrade='websocket',
                                Sec_WebSocket_Version='13', Sec_WebSocket_Key=base64.b64encode(os.urandom(16)).decode(),
                                **headers)
        return status

    def say(self, **message):
        data, mask = json.dumps(message).encode(), os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        self.link.sendall(struct.pack('>BBH', 0x81, 0xfe, len(data)) + mask + masked)

    def hear(self, kind):
        """The next message of a type."""
        deadline = time.monotonic() + station.TIMEOUT_S
        while time.monotonic() < deadline:
            opcode, length = self.data.read(2)
            if length == 126:
                length = struct.unpack('>H', self.data.read(2))[0]
            elif length == 127:
                length = struct.unpack('>Q', self.data.read(8))[0]
            data = self.data.read(length)
            if opcode & 15 == 1 and json.loads(data)['type'] == kind:
                return json.loads(data)
        raise AssertionError(f'no {kind} within {station.TIMEOUT_S} s')

    def close(self):
        self.data.close()
        self.link.close()


class WithClients(unittest.TestCase):
    def client(self, port=None, **more):
        client = Client(port or self.port, **more)
        self.addCleanup(client.close)
        return client


class OnTheNetwork(WithClients):
    @classmethod
    def setUpClass(cls):
        cls.auralis = station.Station('stream.allowed_hosts=radio.example 203.0.113.9',
                                      arguments=['--listen', '0.0.0.0']).start()
        cls.port = int(cls.auralis.url.rpartition(':')[2])

    @classmethod
    def tearDownClass(cls):
        cls.auralis.__exit__()

    def token(self):
        with open(os.path.join(self.auralis.folder, 'stream', 'token')) as file:
            return file.read().strip()

    def test_listening_and_reading_need_nothing(self):
        for path in ('/', '/api/status', '/api/control', '/metrics', '/healthz'):
            self.assertEqual(self.client().ask(path)[0], 200, path)
        client = self.client()
        self.assertEqual(client.upgrade(), 101)
        self.assertEqual(client.hear('hello')['control'], 'token')

    def test_it_says_where_it_listens(self):
        status = json.loads(self.client().ask('/api/status')[2])
        self.assertEqual(status['listening'], [f'0.0.0.0:{self.port}'])
        said = subprocess.run([os.path.join(station.PROJECT, 'scripts', 'auralisctl'), '--dir', self.auralis.folder,
                               'status'], text=True, check=True, stdout=subprocess.PIPE).stdout
        for address in ('127.0.0.1', *(word for word in net.machine_addresses() if ':' not in word)):
            self.assertIn(f'http://{address}:{self.port}/', said)
        self.assertIn('address=0.0.0.0', '\n'.join(self.auralis.output.all))

    def test_only_its_own_names_and_the_address_that_was_reached_are_answered(self):
        good = [ADDRESS, f'{ADDRESS}:{self.port}', f'{MACHINE}.local:{self.port}', MACHINE.upper(), 'localhost',
                'radio.example', '203.0.113.9:80']
        bad = ['evil.example', f'{MACHINE}.evil.example', '8.8.8.8', f'203.0.113.10:{self.port}', f'[::2]:{self.port}',
               f'{ADDRESS}.evil.example', 'local', '.local', 'x' * 300, f'{ADDRESS}:{self.port}:1']
        for host in good:
            self.assertEqual(self.client().ask('/api/status', Host=host)[0], 200, host)
        for host in bad:
            status, _, text = self.client().ask('/api/status', Host=host)
            self.assertEqual((status, json.loads(text)['code']), (403, 'host_refused'), host)
            self.assertEqual(self.client().upgrade(Host=host), 403, host)

    def test_only_its_own_pages_may_use_it(self):
        own = [f'http://{ADDRESS}:{self.port}', 'https://radio.example', None]
        foreign = ['http://evil.example', f'http://{ADDRESS}:1', f'http://{ADDRESS}', 'null', 'file://',
                   f'http://{MACHINE}.local:{self.port}', 'x' * 300]
        for origin in own:
            self.assertEqual(self.client().upgrade(Origin=origin), 101, origin)
            self.assertEqual(self.client().steer(self.token(), Origin=origin)[0], 200, origin)
        for origin in foreign:
            self.assertEqual(self.client().upgrade(Origin=origin), 403, origin)
            status, _, answer = self.client().steer(self.token(), Origin=origin)
            self.assertEqual((status, answer['code']), (403, 'origin_refused'), origin)
        self.assertEqual(self.client().upgrade(Host=f'{MACHINE}.local:{self.port}',
                                               Origin=f'http://{MACHINE}.local:{self.port}'), 101)

    def test_steering_over_http_takes_the_token(self):
        status, headers, answer = self.client(source='127.0.0.21', address='127.0.0.1').steer()
        self.assertEqual((status, answer['code']), (401, 'token_required'))
        self.assertIn('Bearer', headers['WWW-Authenticate'])
        for wrong in ('', self.token()[:-1], self.token().upper(), self.token() + '0', 'x' * 200):
            self.assertEqual(self.client(source='127.0.0.21', address='127.0.0.1').steer(wrong)[0], 401, wrong)
        status, _, _ = self.client(source='127.0.0.21', address='127.0.0.1').ask(
            '/api/control', CHANGE, Authorization='Basic ' + base64.b64encode(self.token().encode()).decode())
        self.assertEqual(status, 401)
        status, _, answer = self.client().steer(self.token())
        self.assertEqual((status, answer['ok'], answer['params']['brightness']), (200, True, CHANGE['brightness']))

    def test_steering_over_the_web_socket_takes_the_token_once(self):
        client = self.client()
        client.upgrade()
        client.say(type='control', id=1, **CHANGE)
        ack = client.hear('control_ack')
        self.assertEqual((ack['id'], ack['ok']), (1, False))
        self.assertIn('token', ack['errors'][0]['error'])
        client.say(type='token', id='t', token='this-is-not-it')
        ack = client.hear('token_ack')
        self.assertEqual((ack['id'], ack['ok'], ack['code']), ('t', False, 'token_wrong'))
        client.say(type='token', token=self.token())
        self.assertTrue(client.hear('token_ack')['ok'])
        for number in (2, 3):
            client.say(type='control', id=number, **CHANGE)
            self.assertTrue(client.hear('control_ack')['ok'])

    def test_a_web_socket_may_show_the_token_in_its_request(self):
        client = self.client()
        self.assertEqual(client.upgrade(Authorization='Bearer ' + self.token()), 101)
        client.say(type='control', id=1, **CHANGE)
        self.assertTrue(client.hear('control_ack')['ok'])
        self.assertEqual(self.client(source='127.0.0.22', address='127.0.0.1').upgrade(Authorization='Bearer x'), 401)

    def test_tokens_cannot_be_tried_and_others_do_not_notice(self):
        def tries(token):
            return self.client(source='127.0.0.23', address='127.0.0.1').steer(token)[0]
        before = self.auralis.get('/api/metrics')['daemons']['streamd']['tokens_refused']
        answers = [tries(f'wrong-{number}') for number in range(GUESSES + 5)]
        self.assertEqual(answers[:GUESSES], [401] * GUESSES)
        self.assertIn(429, answers)
        self.assertEqual(tries(self.token()), 429)
        self.assertEqual(self.client(source='127.0.0.24', address='127.0.0.1').steer(self.token())[0], 200)
        after = self.auralis.get('/api/metrics')['daemons']['streamd']['tokens_refused']
        self.assertGreaterEqual(after - before, len(answers))

    def test_the_token_outlives_streamd_and_a_new_one_ends_the_old(self):
        old = self.token()
        self.auralis.kill_and_wait('streamd')
        self.assertEqual(self.client().steer(old)[0], 200)
        listener = self.client()
        listener.upgrade(Authorization='Bearer ' + old)
        listener.hear('hello')
        new = subprocess.run([os.path.join(station.PROJECT, 'scripts', 'auralisctl'), '--dir', self.auralis.folder,
                              'token', '--new'], text=True, check=True, stdout=subprocess.PIPE).stdout.strip()
        self.assertNotEqual(new, old)
        self.assertFalse(listener.hear('token_ack')['ok'])
        listener.say(type='control', id=1, **CHANGE)
        self.assertFalse(listener.hear('control_ack')['ok'])
        self.assertEqual(self.client().steer(old)[0], 401)
        self.assertEqual(self.client().steer(new)[0], 200)
        self.assertEqual(os.stat(os.path.join(self.auralis.folder, 'stream', 'token')).st_mode & 0o137, 0)


class Streamd:
    """streamd alone, with sockets that it is given; a context manager."""

    def __init__(self, *settings, sockets=()):
        self.folder = tempfile.mkdtemp(prefix='auralis-test-', dir='/tmp')
        self.settings, self.sockets = settings, sockets

    def start(self):
        def take():
            for number, high in enumerate([fcntl.fcntl(one, fcntl.F_DUPFD, 100) for one in self.sockets]):
                os.dup2(high, 3 + number)
        words = [station.program('streamd'), '--config', os.devnull, '--set', f'station.dir={self.folder}']
        words += [word for setting in self.settings for word in ('--set', setting)]
        shell = f'export LISTEN_PID=$$ LISTEN_FDS={len(self.sockets)}; exec "$@"'
        self.process = subprocess.Popen(['sh', '-c', shell, 'sh', *words], text=True, preexec_fn=take,
                                        close_fds=False, stderr=subprocess.PIPE)
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=station.TIMEOUT_S)
        shutil.rmtree(self.folder)

    def port(self):
        path = os.path.join(self.folder, 'listen')
        station.until(lambda: os.path.exists(path) or self.process.poll() is not None, 'streamd listens')
        with open(path) as file:
            return int(file.read().split()[0].rpartition(':')[2])

    def end(self):
        """(status, what it said), of one that ends by itself."""
        try:
            said = self.start().process.communicate(timeout=station.TIMEOUT_S)[1]
            return self.process.returncode, said
        finally:
            self.process.kill()  # should it have gone on
            shutil.rmtree(self.folder)


def listening(address='127.0.0.1'):
    one = socket.socket()
    one.bind((address, 0))
    one.listen()
    return one


class Alone(WithClients):
    def test_a_setting_that_contradicts_the_supervisors_socket_is_refused_and_says_what_to_do(self):
        with listening() as one:
            address = net.join(*one.getsockname())
            for wrong in ('0.0.0.0:8000', '127.0.0.1:1', f'[::1]:{one.getsockname()[1]}'):
                status, said = Streamd(f'stream.listen={wrong}', sockets=[one]).end()
                self.assertEqual(status, 78, said)
                self.assertIn(wrong, said)
                self.assertIn(address, said)
                self.assertIn(f'auralisctl listen-on {wrong}', said)
            for right in (address, f'localhost:{one.getsockname()[1]}', '127.0.0.1:0'):
                with Streamd(f'stream.listen={right}', sockets=[one]) as streamd:
                    self.assertEqual(streamd.port(), one.getsockname()[1])

    def test_all_sockets_that_are_given_are_served(self):
        with listening() as one, listening('127.0.0.7') as other, Streamd(sockets=[one, other]) as streamd:
            streamd.port()
            for address, port in (one.getsockname(), other.getsockname()):
                status = json.loads(self.client(port, address=address).ask('/api/status')[2])
                self.assertEqual(status['listening'], [net.join(*one.getsockname()), net.join(*other.getsockname())])
                self.assertEqual(status['control'], 'open')

    def test_control_is_as_it_was_set(self):
        for setting, status in (('open', 503), ('token', 401), ('off', 403)):  # 503: there is no composerd
            with Streamd('stream.listen=127.0.0.1:0', f'stream.control={setting}') as streamd:
                port = streamd.port()
                self.assertEqual(json.loads(self.client(port, address='127.0.0.1').ask('/api/control')[2])['control'], setting)
                self.assertEqual(self.client(port, address='127.0.0.1').steer()[0], status, setting)
                self.assertEqual(os.path.exists(os.path.join(streamd.folder, 'stream', 'token')), setting == 'token')

    def test_where_no_token_can_be_kept_it_serves_and_nobody_steers(self):
        streamd = Streamd('stream.listen=127.0.0.1:0', 'stream.control=token')
        with open(os.path.join(streamd.folder, 'stream'), 'w'):
            pass
        with streamd:
            port = streamd.port()
            self.assertEqual(json.loads(self.client(port, address='127.0.0.1').ask('/api/status')[2])['control'], 'off')
            self.assertEqual(self.client(port, address='127.0.0.1').steer('')[0], 403)
            os.unlink(os.path.join(streamd.folder, 'stream'))
            os.kill(streamd.process.pid, signal.SIGHUP)
            station.until(lambda: self.client(port, address='127.0.0.1').steer()[0] == 401, 'a reload makes one')


if __name__ == '__main__':
    station.main()
