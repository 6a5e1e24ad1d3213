"""A real station for the tests: scripts/run with everything in a folder of its own.

It waits for what it wants to know (a line of output, an event, a reply), up to a deadline, and never
for a time. AURALIS_BUILD names the build to run; AURALIS_FULL=1 asks for the long forms.
"""

import importlib.machinery
import importlib.util
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import zmq

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('AURALIS_BUILD', os.path.join(PROJECT, 'build', 'dev'))
FULL = os.environ.get('AURALIS_FULL') == '1'
SANITIZED = os.path.basename(BUILD) in ('asan', 'tsan')
SPEED_COUNTS = FULL and not SANITIZED  # elsewhere how fast a machine is decides nothing
DAEMONS = ('composerd', 'synthd', 'streamd')
RATE_HZ = 44100
CHUNK_FRAMES = RATE_HZ // 10
BLOCK_FRAMES = 64
FRAME_BYTES = 4
MIN_LEAD_FRAMES = RATE_HZ // 4  # synthd renders 300 ms ahead
TIMEOUT_S = 90 if SANITIZED else 30


def _load_auralisctl():
    """scripts/auralisctl as a module: the ring is read by the same code as by a user."""
    path = os.path.join(PROJECT, 'scripts', 'auralisctl')
    loader = importlib.machinery.SourceFileLoader('auralisctl', path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('auralisctl', loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


auralisctl = _load_auralisctl()


def program(daemon):
    return os.path.join(BUILD, daemon, f'auralis-{daemon}')


def until(condition, what, timeout_s=TIMEOUT_S):
    """The first true value of condition(), asked every 5 ms."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f'{what}: not within {timeout_s} s')


def short_or_full(short, full):
    return full if FULL else short


class Lines:
    """The lines a process writes, collected by a thread."""

    def __init__(self, stream):
        self.all = []
        self.new = queue.Queue()
        self.thread = threading.Thread(target=self._collect, args=(stream,), daemon=True)
        self.thread.start()

    def _collect(self, stream):
        for line in stream:
            self.all.append(line.rstrip('\n'))
            self.new.put(line.rstrip('\n'))
        self.new.put(None)

    def wait(self, text, timeout_s=TIMEOUT_S):
        """The next line that holds the text."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                line = self.new.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f'no line with {text!r}; it said:\n' + '\n'.join(self.all[-40:]))
            if text in line:
                return line


class Station:
    """scripts/run in a temporary folder with a free port; a context manager."""

    def __init__(self, *settings, arguments=(), folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix='auralis-test-', dir='/tmp')
        self.keeps_folder = folder is not None
        self.settings = [word for setting in settings for word in ('--set', setting)]
        self.clock_rate = next((float(setting.partition('=')[2]) for setting in settings
                                if setting.startswith('station.clock_rate=')), 1)
        self.arguments = list(arguments)
        self.process = None
        self.context = zmq.Context()

    def start(self, wait=True):
        arguments = self.arguments if '--port' in self.arguments else ['--port', '0', *self.arguments]
        self.process = subprocess.Popen(
            [os.path.join(PROJECT, 'scripts', 'run'), '--no-install', '--dir', self.folder,
             *arguments, *self.settings],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, 'AURALIS_BUILD': BUILD})
        self.output = Lines(self.process.stdout)
        if wait:
            self.url = self.output.wait('listening on ').split()[-1].rstrip('/')
            self.place = auralisctl.Station(os.path.join(self.folder, 'auralis.conf'))
        return self

    def stop(self):
        """Ends the station; returns the status of scripts/run."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(TIMEOUT_S)
        self.output.thread.join(TIMEOUT_S)
        self.process.stdout.close()
        self.process = None
        reports = [line for line in self.output.all if 'Sanitizer' in line or 'runtime error' in line]
        if reports:
            raise AssertionError('\n'.join(self.output.all[-200:]))
        return status

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.context.destroy(linger=0)  # with the subscriptions that are still open
        self.stop()
        if not self.keeps_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- processes ----

    def pid(self, daemon):
        with open(os.path.join(self.folder, f'{daemon}.pid')) as file:
            return int(file.read())

    def kill(self, daemon):
        """SIGKILL; returns the pid that was."""
        pid = self.pid(daemon)
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_and_wait(self, daemon):
        """SIGKILL, then waits until the daemon that replaces it does its work.

        Returns the frame at which the ring stood meanwhile: where a new synthd goes on.
        """
        old = self.kill(daemon)
        until(lambda: not os.path.exists(f'/proc/{old}'), f'{daemon} is dead')
        stood_at = self.published()
        if daemon == 'composerd':
            self.wait_event('heartbeat', lambda event: event['pid'] != old)
            return stood_at
        if daemon == 'synthd':
            until(lambda: self.ring().writer_pid != old, 'synthd is back')
            self.wait_lead()  # what it renders ahead must be there again, too
        else:
            until(lambda: self.pid(daemon) != old and self.http('/healthz')[0] == 200, f'{daemon} is back')
        return stood_at

    def kill_writer(self):
        """SIGKILL of the synthd that plays; (where the ring stood, milliseconds to the next frame)."""
        old, stood_at = self.ring().writer_pid, self.published()
        began = time.monotonic()
        os.kill(old, signal.SIGKILL)
        while (ring := self.ring()).writer_pid == old or ring.published() <= stood_at:
            if ring.writer_pid == old:
                stood_at = ring.published()  # it may still have been writing
            if time.monotonic() - began > TIMEOUT_S:
                raise AssertionError(f'no frame for {TIMEOUT_S} s')
            time.sleep(0.0005)
        return stood_at, (time.monotonic() - began) * 1000

    def wait_lead(self, frames=MIN_LEAD_FRAMES):
        """Waits until so much is rendered ahead of due."""
        def is_ahead():
            ring = self.ring()
            return ring.published() - ring.due() > frames
        until(is_ahead, 'enough is rendered ahead')

    # ---- the ring ----

    def ring(self):
        return auralisctl.Ring(self.place.ring, self.clock_rate)

    def published(self):
        return self.ring().published()

    # ---- HTTP ----

    def http(self, path, body=None, method=None, headers=None):
        """(status, text); status 0 when there is no answer."""
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(self.url + path, data, headers or {}, method=method)
        if data is not None and not (headers or {}).get('Content-Type'):
            request.add_header('Content-Type', 'application/json')
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ''

    def get(self, path):
        return json.loads(self.http(path)[1])

    def control(self, **change):
        """The reply to a control request over HTTP; dots in names are written as __."""
        body = {name.replace('__', '.'): value for name, value in change.items()}
        return json.loads(self.http('/api/control', json.dumps(body))[1])

    # ---- the bus ----

    def events(self, topic=''):
        return Events(self.context, f'ipc://{self.place.bus}/events', topic)

    def wait_event(self, topic, condition=lambda event: True, timeout_s=TIMEOUT_S):
        """The next event of a topic that meets the condition."""
        with self.events(topic) as events:
            return events.wait(condition, timeout_s)

    def request(self, message, timeout_s=TIMEOUT_S):
        """The reply of composerd to a request (bytes, text or an object), as text."""
        if not isinstance(message, (bytes, str)):
            message = json.dumps(message)
        socket = self.context.socket(zmq.DEALER)
        socket.connect(f'ipc://{self.place.bus}/control')
        socket.send(message.encode() if isinstance(message, str) else message)
        arrived = socket.poll(timeout_s * 1000)
        reply = socket.recv().decode() if arrived else None
        socket.close(0)
        return reply

    # ---- the journal ----

    def journal(self):
        """The journal's lines, oldest first."""
        folder = os.path.join(self.folder, 'state', 'journal')
        lines = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as file:
                lines += [line for line in file.read().split('\n')[:-1] if line]
        return lines


class Events:
    """A subscription; next() gives an event, or None when none has come yet."""

    def __init__(self, context, endpoint, topic):
        self.socket = context.socket(zmq.SUB)
        self.socket.connect(endpoint)
        self.socket.subscribe(topic.encode())

    def next(self):
        if not self.socket.poll(0):
            return None
        return json.loads(self.socket.recv_multipart()[1])

    def wait(self, condition=lambda event: True, timeout_s=TIMEOUT_S):
        """The next event that meets the condition."""
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            if self.socket.poll(int(left * 1000) + 1):
                event = json.loads(self.socket.recv_multipart()[1])
                if condition(event):
                    return event
        raise AssertionError(f'no such event within {timeout_s} s')

    def close(self):
        self.socket.close(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def compose(*arguments):
    """The lines that composerd --compose prints."""
    result = subprocess.run([program('composerd'), '--compose', *arguments], text=True, check=True,
                            stdout=subprocess.PIPE)
    return result.stdout.splitlines()


def render(lines, *arguments):
    """The audio of journal lines: bytes, s16le, left and right."""
    result = subprocess.run([program('synthd'), '--render', '-', *arguments], check=True,
                            input=('\n'.join(lines) + '\n').encode(), stdout=subprocess.PIPE)
    return result.stdout


def first_difference(left, right):
    """The first frame in which two recordings differ, or None; what only one holds is not looked at."""
    size = min(len(left), len(right)) // FRAME_BYTES * FRAME_BYTES
    step = 1 << 16
    for at in range(0, size, step):
        a, b = left[at:min(at + step, size)], right[at:min(at + step, size)]
        if a != b:
            for frame in range(0, len(a), FRAME_BYTES):
                if a[frame:frame + FRAME_BYTES] != b[frame:frame + FRAME_BYTES]:
                    return (at + frame) // FRAME_BYTES
    return None


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(head, *rows):
    """Prints a table that scripts/test repeats at its end."""
    print()
    for row in (head, ['---'] * len(head), *rows):
        print('| ' + ' | '.join(str(cell) for cell in row) + ' |', flush=True)


class TimedResult(unittest.TextTestResult):
    """Says how long each test took."""

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def addSuccess(self, test):
        self.stream.write(f'({time.monotonic() - self.began:.1f} s) ')
        super().addSuccess(test)


class TimedRunner(unittest.TextTestRunner):
    resultclass = TimedResult


def main():
    """Runs the tests of a file; 77 when all of them were skipped."""
    result = unittest.main(exit=False, verbosity=2, testRunner=TimedRunner).result
    for test, reason in result.skipped:
        print(f'skipped: {test.id()}: {reason}')
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped and len(result.skipped) == result.testsRun else 0)
