"""What the daemons say: nothing while all is well, whoever comes; trouble once, and when it is over."""

import contextlib
import os
import random
import re
import signal
import socket
import time
import unittest

import recording
import station

HEALTHY_S = station.short_or_full(8, 600)
RUBBISH = (b'\0' * 100, b'GET\r\n\r\n', b'GET / HTTP/9.9\r\n\r\n', b'GET /nothing HTTP/1.1\r\nHost: evil.example\r\n\r\n',
           b'POST /api/control HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n')
BORN = ('composerd: a new stream is born', 'synthd: a ring was made', 'synthd: rendering', 'streamd: listening',
        'streamd: audio flows')


def said(auralis):
    """The lines of the daemons so far, without their facts."""
    lines = [line for line in auralis.output.all if re.match(r'(composerd|synthd|streamd): ', line)]
    return [re.sub(r' [a-z_]+=.*', '', line) for line in lines]


class Log(unittest.TestCase):
    def setUp(self):
        self.dice = random.Random(3)

    def send(self, auralis, data):
        """Raw bytes to the port, by a client that leaves after the first that comes back."""
        host, port = auralis.url.split('//')[1].split(':')
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=5) as client:
            client.sendall(data)
            client.recv(1000)

    def live(self, auralis, seconds):
        """Whatever clients do, right and wrong, for so long; how often."""
        end, n = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            auralis.control(bpm=60 + n % 60, brightness=n % 10 / 10)
            auralis.http('/api/control', self.dice.choice(('{"bpm":500}', 'x', '{', '{"op":"fly"}')))
            auralis.http('/api/status', headers={'Host': 'evil.example'})
            auralis.request(self.dice.choice(('rubbish', '{"v":1,"id":"a","op":"fly"}')))
            self.send(auralis, self.dice.choice(RUBBISH))
            self.send(auralis, b'GET /stream.wav HTTP/1.1\r\nHost: localhost\r\n\r\n')
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(0.2)
            listener.finish()
            n += 1
        return n

    def test_a_healthy_station_says_what_it_took_up_and_then_nothing(self):
        with station.Station() as auralis:
            n = self.live(auralis, HEALTHY_S)
            self.assertGreater(n, HEALTHY_S / 4)
            lines = said(auralis)
            self.assertEqual(sorted(lines), sorted(BORN))
            station.table(['seconds', 'clients that came and left', 'changes', 'lines after the start'],
                          [HEALTHY_S, 6 * n, n, len(lines) - len(BORN)])

    def test_a_kill_is_a_line_of_each_daemon_that_starts_again(self):
        with station.Station() as auralis:
            for daemon, expected in (('composerd', ['composerd: the stream goes on']),
                                     ('synthd', ['synthd: rendering']),
                                     ('streamd', ['streamd: listening', 'streamd: audio flows'])):
                with self.subTest(daemon):
                    before = len(said(auralis))
                    auralis.kill_and_wait(daemon)
                    self.live(auralis, 1)
                    self.assertEqual(said(auralis)[before:], expected)

    def test_a_daemon_that_hangs_is_said_once_by_who_lacks_it_and_again_when_it_is_back(self):
        with station.Station() as auralis:
            for daemon, gone, back in (
                    ('composerd', ['streamd: composerd is away: there is no control',
                                   'synthd: composerd is away, waiting for it'],
                     ['streamd: composerd is back', 'synthd: composerd is back']),
                    ('synthd', ['streamd: no audio flows'], ['streamd: audio flows'])):
                with self.subTest(daemon):
                    before = len(said(auralis))
                    os.kill(auralis.pid(daemon), signal.SIGSTOP)
                    station.until(lambda n=before + len(gone): len(said(auralis)) >= n, 'it is said')
                    os.kill(auralis.pid(daemon), signal.SIGCONT)
                    whole = before + len(gone) + len(back)
                    station.until(lambda n=whole: len(said(auralis)) >= n, 'its end is said')
                    lines = said(auralis)[before:]
                    self.assertEqual(sorted(lines[:len(gone)]), gone)
                    self.assertEqual(sorted(lines[len(gone):]), back)

    def test_a_full_house_is_one_line_however_many_knock(self):
        with station.Station('stream.max_clients=4') as auralis:
            host, port = auralis.url.split('//')[1].split(':')
            with contextlib.ExitStack() as clients:
                for _ in range(4):
                    clients.enter_context(socket.create_connection((host, int(port)), timeout=5))
                for _ in range(300):
                    self.send(auralis, b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
                station.until(lambda: len(said(auralis)) > len(BORN), 'it is said')
            self.assertEqual([line for line in said(auralis) if line not in BORN], ['streamd: connections are refused'])

    def test_a_state_folder_that_cannot_be_written_is_said_with_its_end(self):
        with station.Station() as auralis:
            state = os.path.join(auralis.folder, 'state')
            os.rename(state, state + '.away')
            for n in range(20):
                self.assertTrue(auralis.control(brightness=n / 20)['ok'])
            line = auralis.output.wait('cannot write to the state folder')
            self.assertIn('reason="No such file or directory"', line)
            os.rename(state + '.away', state)
            self.assertTrue(auralis.control(brightness=1)['ok'])
            auralis.output.wait('the state folder can be written again')
            lines = [line for line in said(auralis) if 'state folder' in line]
            self.assertEqual(len(lines), 2, lines)

    def test_every_line_tells_its_facts_in_a_form_that_can_be_read(self):
        with station.Station('params.seed=5') as auralis:
            stream = auralis.get('/api/status')['stream']
            born = auralis.output.all[next(i for i, line in enumerate(auralis.output.all) if 'is born' in line)]
        self.assertEqual(dict(re.findall(r'(\w+)=(\S+)', born)), {'frame': '0', 'seed': '5', 'stream': stream})


if __name__ == '__main__':
    station.main()
