"""scripts/run and auralisctl, as a newcomer uses them."""

import os
import signal
import socket
import subprocess
import tempfile
import unittest

import station

RUN = os.path.join(station.PROJECT, 'scripts', 'run')
CONTROL = os.path.join(station.PROJECT, 'scripts', 'auralisctl')


def run(*arguments):
    return subprocess.run([RUN, '--no-install', *arguments], text=True, check=False, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, 'AURALIS_BUILD': station.BUILD})


class Run(unittest.TestCase):
    def ctl(self, auralis, *words, status=0):
        result = subprocess.run([CONTROL, '--dir', auralis.folder, *words], text=True, check=False,
                                timeout=station.TIMEOUT_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(result.returncode, status, result.stdout)
        return result.stdout

    def test_help_fits_a_screen_and_wrong_arguments_are_refused(self):
        for script in ('run', 'test', 'lint', 'auralisctl', 'gen-docs'):
            text = subprocess.run([os.path.join(station.PROJECT, 'scripts', script), '--help'], text=True,
                                  check=True, stdout=subprocess.PIPE).stdout
            self.assertIn('usage:', text)
            self.assertLess(len(text.splitlines()), 30, script)
        for wrong in (['--port', '70000'], ['--port', 'x'], ['--port'], ['--loud'], ['--listen', 'a b']):
            result = run(*wrong)
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(wrong[0], result.stdout)

    def test_ending_it_leaves_no_process_no_ring_and_no_folder(self):
        with station.Station() as auralis:
            folder = auralis.folder
            pids = [auralis.pid(daemon) for daemon in station.DAEMONS]
            ring = auralis.place.ring
            self.assertTrue(os.path.exists(ring))
            self.assertEqual(auralis.stop(), 0)
            for pid in pids:
                self.assertFalse(os.path.exists(f'/proc/{pid}'))
            self.assertFalse(os.path.exists(ring))
        process = subprocess.Popen([RUN, '--no-install', '--port', '0'], text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env={**os.environ, 'AURALIS_BUILD': station.BUILD})
        lines = station.Lines(process.stdout)
        folder = lines.wait('station in ').split('station in ')[1].split(';')[0]
        lines.wait('listening on ')
        self.assertTrue(os.path.isdir(folder))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(station.TIMEOUT_S), 0)
        lines.thread.join()
        process.stdout.close()
        self.assertFalse(os.path.exists(folder))

    def test_the_daemons_end_when_the_script_is_killed(self):
        with station.Station() as auralis:
            pids = [auralis.pid(daemon) for daemon in station.DAEMONS]
            auralis.process.kill()
            auralis.process.wait()
            station.until(lambda: not any(os.path.exists(f'/proc/{pid}') for pid in pids), 'they end')
            os.unlink(auralis.place.ring)

    def test_a_taken_port_and_a_taken_folder_are_said(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            with tempfile.TemporaryDirectory(dir='/tmp') as folder:
                process = subprocess.Popen([RUN, '--no-install', '--port', port, '--dir', folder], text=True,
                                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                           env={**os.environ, 'AURALIS_BUILD': station.BUILD})
                lines = station.Lines(process.stdout)
                self.assertIn(port, lines.wait('in use'))
                process.terminate()
                process.wait(station.TIMEOUT_S)
                lines.thread.join()
                process.stdout.close()
        with station.Station() as auralis:
            result = run('--port', '0', '--dir', auralis.folder)
            self.assertEqual(result.returncode, 2)
            self.assertIn('running in', result.stdout)
            self.assertEqual(auralis.http('/healthz')[0], 200)

    def test_a_wrong_setting_ends_the_station_with_its_reason(self):
        with tempfile.TemporaryDirectory(dir='/tmp') as folder:
            result = run('--port', '0', '--dir', folder, '--set', 'station.lead_ms=1')
            self.assertEqual(result.returncode, 78, result.stdout)
            self.assertIn('lead_ms', result.stdout)
            self.assertIn('50 to 2000', result.stdout)

    def test_a_folder_with_a_long_path_works(self):
        with tempfile.TemporaryDirectory(dir='/tmp') as folder:
            long = os.path.join(folder, 'a' * 120)
            os.mkdir(long)
            with station.Station(folder=long) as auralis:
                self.assertIn('too long for a socket', '\n'.join(auralis.output.all))
                self.assertTrue(os.path.exists(os.path.join(long, 'state')))
                self.assertIn('flowing', self.ctl(auralis, 'status'))

    def test_a_daemon_that_dies_is_said_and_started_again(self):
        with station.Station() as auralis:
            old = auralis.kill('synthd')
            self.assertIn('started again', auralis.output.wait('auralis-synthd was killed by signal KILL'))
            station.until(lambda: auralis.ring().writer_pid not in (0, old), 'a new writer')

    def test_auralisctl_shows_and_steers(self):
        with station.Station() as auralis:
            status = self.ctl(auralis, 'status')
            for word in ('flowing', 'composerd', 'synthd', 'streamd', 'key='):
                self.assertIn(word, status)
            self.assertIn('heard from frame', self.ctl(auralis, 'set', 'key=D', 'mode=dorian', 'bpm=64'))
            params = auralis.get('/api/control')['params']
            self.assertEqual((params['key'], params['mode'], params['bpm']), ('D', 'dorian', 64))
            self.assertIn('60 to 120', self.ctl(auralis, 'set', 'bpm=500', status=1))
            self.assertIn('speed', self.ctl(auralis, 'set', 'speed=5', status=1))
            self.assertIn('heard from', self.ctl(auralis, 'preset', 'sleep'))
            self.assertEqual(auralis.get('/api/control')['params']['preset'], 'sleep')
            self.assertIn('heard from', self.ctl(auralis, 'next'))
            self.assertIn('heard from', self.ctl(auralis, 'reseed', '42'))
            self.assertEqual(auralis.get('/api/control')['params']['seed'], '42')
            self.assertIn('heard from', self.ctl(auralis, 'reseed'))
            ring = self.ctl(auralis, 'ring')
            for word in ('stream', 'published', 'ahead of due', '44100 Hz'):
                self.assertIn(word, ring)

    def test_auralisctl_follows_events_and_audio(self):
        with station.Station() as auralis:
            follow = subprocess.Popen([CONTROL, '--dir', auralis.folder, 'events', 'heartbeat'],
                                      stdout=subprocess.PIPE, text=True)
            self.assertIn('"heartbeat"', follow.stdout.readline())
            follow.terminate()
            follow.wait()
            follow.stdout.close()
            audio = subprocess.Popen([CONTROL, '--dir', auralis.folder, 'listen'], stdout=subprocess.PIPE)
            data = audio.stdout.read(2 * station.RATE_HZ * station.FRAME_BYTES)
            audio.terminate()
            audio.wait()
            audio.stdout.close()
            self.assertEqual(len(data), 2 * station.RATE_HZ * station.FRAME_BYTES)
            self.assertNotEqual(data.count(0), len(data), 'silence')


if __name__ == '__main__':
    station.main()
