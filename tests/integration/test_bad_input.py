"""Whatever is wrong is refused with what was wrong; nothing changes, nothing is lost, nobody else notices."""

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import unittest

import recording
import station

WRONG_PARAMS = [
    ({'bpm': 500}, 'bpm', '60 to 120'), ({'bpm': 59.999}, 'bpm', '60 to 120'), ({'bpm': '70'}, 'bpm', ''),
    ({'bpm': None}, 'bpm', ''), ({'bpm': [70]}, 'bpm', ''), ({'bpm': True}, 'bpm', ''),
    ({'key': 'H'}, 'key', ''), ({'key': 3}, 'key', ''), ({'mode': 'locrian'}, 'mode', 'dorian'),
    ({'seed': '18446744073709551616'}, 'seed', ''), ({'seed': '-1'}, 'seed', ''), ({'seed': 1.5}, 'seed', ''),
    ({'preset': 'loud'}, 'preset', 'sleep'), ({'mix.pad': 2}, 'mix.pad', '0 to 1'), ({'speed': 1}, 'speed', ''),
    ({'BPM': 70}, 'BPM', ''),
]
# Never JSON objects that ask for something.
RUBBISH = ['', 'x', '[]', '1', '"a"', 'null', '{', '{}', '{"bpm":1e999}', '{"bpm":NaN}', '{"bpm":070}',
           '{"bpm":80,"bpm":81}', '{"bpm":80} x', '\ufeff{"bpm":80}', '{"op":"fly"}', '{"op":1}',
           '[' * 2000, '{"a":' * 500 + '1' + '}' * 500, '{"bpm":"' + 'x' * 3000 + '"}']


def execute(daemon, *arguments, text=b'', seconds=20):
    """(status, output) of a program that should end by itself."""
    result = subprocess.run([station.program(daemon), *arguments], input=text, check=False, timeout=seconds,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={name: value for name, value in os.environ.items()
                                 if not name.startswith('AURALIS_') or name == 'AURALIS_BUILD'})
    return result.returncode, result.stdout.decode(errors='replace')


class WhileItPlays(unittest.TestCase):
    """Bad input to a running station, while a listener checks that nothing is missing."""

    @classmethod
    def setUpClass(cls):
        cls.auralis = station.Station('stream.max_changes_per_second=1000').start()
        cls.listener = recording.Listener(cls.auralis.url)
        cls.listener.wait_seconds(1)

    @classmethod
    def tearDownClass(cls):
        cls.listener.wait_seconds(0.5)
        heard = cls.listener.finish()
        cls.auralis.__exit__()
        told = [message for _, message in cls.listener.messages if message['type'] == 'gap']
        noticed = heard.missing, heard.repeated, cls.listener.connections
        assert noticed == (0, 0, 1), f'a listener noticed: missing, repeated, connections {noticed}; {told}'

    def setUp(self):
        self.pids = [self.auralis.pid(daemon) for daemon in station.DAEMONS]
        self.params = self.auralis.get('/api/control')['params']

    def tearDown(self):
        self.assertEqual([self.auralis.pid(daemon) for daemon in station.DAEMONS], self.pids, 'a daemon died')
        self.assertEqual(self.auralis.get('/api/control')['params'], self.params, 'something changed')

    def test_control_over_http(self):
        for change, param, allowed in WRONG_PARAMS:
            with self.subTest(change):
                status, text = self.auralis.http('/api/control', json.dumps({'brightness': 0.1, **change}))
                self.assertEqual(status, 400, text)
                error = json.loads(text)['errors'][0]
                self.assertEqual(error['param'], param)
                self.assertIn(allowed, error['error'])
        for body in RUBBISH:
            with self.subTest(body[:30]):
                status, text = self.auralis.http('/api/control', body)
                self.assertEqual(status, 400, text)
                self.assertTrue(json.loads(text)['errors'][0]['error'])
        self.assertEqual(self.auralis.http('/api/control', b'\xff\xfe{}')[0], 400)
        self.assertEqual(self.auralis.http('/api/control', '{"bpm":80}' + ' ' * 100000)[0], 413)
        text = self.auralis.http('/api/control', 'bpm=80', headers={'Content-Type': 'text/plain'})
        self.assertEqual(text[0], 415, text)

    def test_routes_and_methods(self):
        for path, status in (('/nothing', 404), ('/../../etc/passwd', 404), ('/%2e%2e/%2e%2e/etc/passwd', 404),
                             ('/api/nothing', 404), ('/ws/stream', 426)):
            with self.subTest(path):
                self.assertIn(self.auralis.http(path)[0], (status, 400, 403, 404))
        for method in ('PUT', 'DELETE', 'PATCH'):
            with self.subTest(method):
                self.assertEqual(self.auralis.http('/api/control', '{}', method=method)[0], 405)
        self.assertEqual(self.auralis.http('/api/status', headers={'Host': 'evil.example'})[0], 403)
        self.assertEqual(self.auralis.http('/api/control', '{"bpm":80}',
                                           headers={'Origin': 'http://evil.example'})[0], 403)

    def test_raw_rubbish_on_the_port(self):
        host, port = self.auralis.url.split('//')[1].split(':')
        dice = random.Random(5)
        for data in (b'\0' * 100, b'GET\r\n\r\n', b'GET / HTTP/9.9\r\n\r\n', dice.randbytes(2000),
                     b'GET / HTTP/1.1\r\n' + b'A: ' + b'x' * 20000 + b'\r\n\r\n',
                     b'POST /api/control HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
                     b'POST /api/control HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde'):
            with self.subTest(data[:20]), socket.create_connection((host, int(port)), timeout=20) as client:
                with contextlib.suppress(ConnectionError, OSError):  # it may hang up at once
                    client.sendall(data)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(4096):
                        pass

    def test_control_over_the_web_socket(self):
        client = recording.Listener(self.auralis.url, query='', resumes=False)
        client.wait_message('hello')
        for number, (change, param, _) in enumerate(WRONG_PARAMS):
            with self.subTest(change):
                client.send({'type': 'control', 'id': f'c{number}', **change})
                ack = client.wait_message('control_ack', lambda value, n=number: value['id'] == f'c{n}')
                self.assertFalse(ack['ok'])
                self.assertEqual(ack['errors'][0]['param'], param)
        client.finish()

    def test_rubbish_on_the_web_socket_is_answered_and_then_closed(self):
        for rubbish in ('x', '[]', '{}', '{"type":"fly"}', '{"type":1}', b'\1\2\3', '{"type":"control"', 'x' * 100000):
            with self.subTest(rubbish[:20]):
                client = recording.Listener(self.auralis.url, resumes=False)
                client.wait_message('hello')
                client.send(rubbish)
                if len(rubbish) < 4096:
                    error = client.wait_message('error')
                    self.assertTrue(error['code'] and error['message'])
                else:
                    station.until(lambda c=client: not c.connected(), 'the connection is closed')
                client.finish()
        client = recording.Listener(self.auralis.url, resumes=False)
        client.wait_message('hello')

        def rejected():
            return not client.connected() or not client.send('rubbish')
        station.until(rejected, 'one that keeps sending rubbish is closed')
        client.finish()

    def test_bad_queries_of_the_web_socket(self):
        for query in ('&from=x', '&from=-1', '&from=99999999999999999999', '&stream=zz', '&burst=x', '&burst=-5',
                      '&from=1e5', '&stream=0123456789abcdef&from=0'):
            with self.subTest(query):
                status, text = self.auralis.http('/ws/stream?format=pcm' + query)
                self.assertNotEqual(status, 200, text)
        status, text = self.auralis.http('/ws/stream?format=mp4')
        self.assertNotEqual(status, 200, text)

    def test_control_over_zeromq(self):
        wrong = [{'v': 1, 'id': 'a', 'op': 'set', 'params': change} for change, _, _ in WRONG_PARAMS]
        wrong += [{'v': 2, 'id': 'a', 'op': 'get'}, {'v': 1, 'id': 'a', 'op': 'fly'},
                  {'v': 1, 'id': 'a', 'op': 'set'}, {'v': 1, 'id': 'a', 'op': 'set', 'params': {}},
                  {'v': 1, 'id': 'a', 'op': 'get', 'more': 1}, {'v': 1, 'id': 'x' * 100, 'op': 'get'},
                  {'v': 1, 'id': 'a', 'op': 'snapshot', 'from': -1}, {'v': 1, 'id': 'a', 'op': 'end', 'after_ms': -1},
                  {'v': 1, 'id': 'a', 'op': 'set', 'params': {'bpm': 80}, 'origin': 'o' * 100}]
        for number, request in enumerate(wrong):
            with self.subTest(request):
                if request.get('id') == 'a':
                    request = {**request, 'id': f'w{number}'}
                reply = json.loads(self.auralis.request(request))
                self.assertFalse(reply['ok'])
                self.assertTrue(reply['errors'][0]['error'])
        for text in [*RUBBISH, b'\xff\xfe', b'\0\1\2', 'x' * 20000]:
            with self.subTest(text[:20]):
                reply = self.auralis.request(text)
                self.assertFalse(json.loads(reply)['ok'])


class BeforeItPlays(unittest.TestCase):
    """Bad command lines, settings and files."""

    def test_command_lines(self):
        for daemon in station.DAEMONS:
            for arguments in (['--fly'], ['extra'], ['--config'], ['--config', '/nonexistent/x.conf'],
                              ['--set', 'x'], ['--set', 'no.such=1'], ['--set', 'station.lead_ms=abc'],
                              ['--set', 'station.name=../../x'], ['--set', 'log.level=loud'],
                              ['--set', 'params.bpm=500']):
                with self.subTest(daemon=daemon, arguments=arguments):
                    status, text = execute(daemon, *arguments)
                    self.assertEqual(status, 78, text)
                    self.assertIn(arguments[-1].split('=')[0].lstrip('-'), text)
            with self.subTest(daemon=daemon):
                status, text = execute(daemon, '--help')
                self.assertEqual(status, 0)
                self.assertIn('--set', text)
                status, text = execute(daemon, '--version')
                self.assertEqual((status, '0.1.0' in text), (0, True))
        for arguments in (['--compose', '--minutes', 'x'], ['--compose', '--seed', '-1'],
                          ['--compose', '--minutes', '-1'], ['--compose', '--seed', '99999999999999999999']):
            with self.subTest(arguments):
                status, text = execute('composerd', *arguments)
                self.assertEqual(status, 78, text)
                self.assertIn(arguments[-2].lstrip('-'), text)

    def test_settings_files(self):
        bad = {'no equals\n': ':1', '[station]\nlead_ms = 1\n': '50 to 2000', '[station]\nsurprise = 1\n': 'surprise',
               '[params]\nbpm = 500\n': '60 to 120', '[stream]\nmax_clients = many\n': 'max_clients',
               '[station]\nsample_rate = 45000\n': 'sample_rate'}
        with tempfile.TemporaryDirectory(dir='/tmp') as folder:
            path = os.path.join(folder, 'x.conf')
            for text, reason in bad.items():
                with open(path, 'w') as file:
                    file.write(text)
                for daemon in station.DAEMONS:
                    with self.subTest(daemon=daemon, text=text):
                        status, said = execute(daemon, '--config', path, '--check-config')
                        self.assertEqual(status, 78, said)
                        self.assertIn(reason, said)
                        self.assertIn('x.conf', said)

    def test_phrase_files(self):
        good = station.compose('--seed', '42', '--minutes', '0.1')
        phrase = json.loads(good[1])

        def altered(**changes):
            return json.dumps({**phrase, **changes})
        note = phrase['notes'][0]
        bad = [['rubbish'], [good[0], 'rubbish'], [good[0], '{}'], [good[0], altered(v=2)], [good[0], altered(start_frame=-64)],
               [good[0], altered(start_frame=1)], [good[0], altered(notes=[{**note, 'midi': 128}])],
               [good[0], altered(notes=[{**note, 'role': 'tuba'}])], [good[0], altered(notes='x')],
               [good[0], altered(surprise=1)], [good[0], altered(notes=[note] * 2000)], [good[0], altered(mode='x')],
               [good[0], altered(start_frame=1e300)], [good[1]]]
        for lines in bad:
            with self.subTest(lines[-1][:60]):
                status, text = execute('synthd', '--render', '-', text='\n'.join(lines).encode())
                self.assertNotEqual(status, 0)
                self.assertGreater(status, 0, 'it crashed')
        status, text = execute('synthd', '--render', '/nonexistent/x.wav', text='\n'.join(good[:2]).encode())
        self.assertGreater(status, 0, text)
        status, text = execute('synthd', '--render', '/tmp/x.mp4', text='\n'.join(good[:2]).encode())
        self.assertGreater(status, 0, text)


    def test_phrase_files_with_random_damage_crash_nothing(self):
        dice = random.Random(9)
        good = '\n'.join(station.compose('--seed', '42', '--minutes', '0.1')).encode()
        for _ in range(station.short_or_full(15, 300)):
            damaged = bytearray(good)
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(damaged))
                damaged[at:at + dice.randint(0, 3)] = dice.choice([b'', b'9', b'-', b'"', b'}', b'\0', b'\xff', b'1e9'])
            status, text = execute('synthd', '--render', '-', '--frames', '4410', text=bytes(damaged))
            self.assertIn(status, (0, 1, 78), text[-2000:])


class WhatIsFoundOnDisk(unittest.TestCase):
    """Owners set aside what they cannot use, and go on; readers refuse it with a reason."""

    def play_with(self, prepare, *settings, resume=True):
        """Plays, ends, lets prepare(folder) damage something, and plays again; returns the output."""
        folder = tempfile.mkdtemp(prefix='auralis-test-', dir='/tmp')
        try:
            if resume:
                with station.Station(folder=folder) as auralis:
                    auralis.wait_event('heartbeat')
            prepare(folder)
            with station.Station(*settings, folder=folder) as auralis:
                self.assertEqual(auralis.get('/api/status')['audio'], 'flowing')
                listener = recording.Listener(auralis.url)
                listener.wait_seconds(1)
                self.assertEqual(listener.finish().missing, 0)
                return '\n'.join(auralis.output.all), auralis.get('/api/status')
        finally:
            shutil.rmtree(folder)

    def test_a_corrupt_state(self):
        def damage(data):
            def prepare(folder):
                files = [name for name in os.listdir(os.path.join(folder, 'state')) if 'state' in name]
                self.assertTrue(files)
                for name in files:
                    with open(os.path.join(folder, 'state', name), 'wb') as file:
                        file.write(data)
            return prepare
        for data in (b'', b'rubbish', b'{}', b'{"v":99}', os.urandom(500)):
            with self.subTest(data[:10]):
                output, _ = self.play_with(damage(data))
                self.assertIn('aside', output)

    def test_a_corrupt_journal(self):
        def prepare(folder):
            journal = os.path.join(folder, 'state', 'journal')
            for name in os.listdir(journal):
                with open(os.path.join(journal, name), 'ab') as file:
                    file.write(b'{"v":1,"type":"phr')  # half a line, as after a crash
        self.play_with(prepare)

        def ruin(folder):
            journal = os.path.join(folder, 'state', 'journal')
            for name in os.listdir(journal):
                with open(os.path.join(journal, name), 'wb') as file:
                    file.write(os.urandom(3000))
        self.play_with(ruin)

    def test_a_foreign_or_truncated_ring(self):
        for data in (b'', b'rubbish' * 100, os.urandom(1 << 20)):
            ring = '/dev/shm/auralis-test-' + os.urandom(4).hex()
            with self.subTest(size=len(data)):
                with open(ring, 'wb') as file:
                    file.write(data)
                try:
                    output, _ = self.play_with(lambda folder: None,
                                               'station.ring=' + os.path.basename(ring), resume=False)
                    self.assertIn('aside', output)
                finally:
                    for path in (ring, ring + '.bad'):
                        if os.path.exists(path):
                            os.unlink(path)

    def test_a_missing_or_broken_soundfont_is_degraded_and_the_station_plays(self):
        with tempfile.NamedTemporaryFile(suffix='.sf2') as broken:
            broken.write(b'RIFF rubbish')
            broken.flush()
            for path in ('/nonexistent/font.sf2', broken.name):
                with self.subTest(path):
                    output, status = self.play_with(lambda folder: None, f'synth.soundfont={path}', resume=False)
                    self.assertTrue(status['degraded'], status)
                    self.assertIn(os.path.basename(path), output)


if __name__ == '__main__':
    station.main()
