"""Frames by their position, as two observers of a station got them.

Capture follows the ring in a process of its own; Listener is a WebSocket client that resumes. Both
keep a Recording: what was heard, and every frame that was missing, repeated or came twice differently.
"""

import array
import asyncio
import base64
import concurrent.futures
import json
import os
import struct
import subprocess
import sys
import threading
import time

import websockets

import station

CHUNK_HEADER = struct.Struct('<4sBBHQQIIQ')
RECORD_HEADER = struct.Struct('<QI')


class Recording:
    """Frames from a first one on."""

    def __init__(self):
        self.first = None
        self.data = bytearray()
        self.missing = self.repeated = 0

    @property
    def end(self):
        return None if self.first is None else self.first + len(self.data) // station.FRAME_BYTES

    @property
    def seconds(self):
        return (self.end - self.first) / station.RATE_HZ

    def add(self, frame, data):
        if self.first is None:
            self.first = frame
        if frame > self.end:
            self.missing += frame - self.end
            self.data.extend(bytes((frame - self.end) * station.FRAME_BYTES))
        if frame < self.end:
            self.repeated += self.end - frame
            data = data[(self.end - frame) * station.FRAME_BYTES:]
        self.data.extend(data)

    def get(self, frame, n_frames):
        at = (frame - self.first) * station.FRAME_BYTES
        return bytes(self.data[at:at + n_frames * station.FRAME_BYTES])

    def altered(self, other):
        """How many frames differ between two recordings, where both have them."""
        first, end = max(self.first, other.first), min(self.end, other.end)
        mine = array.array('I', self.get(first, end - first))
        theirs = array.array('I', other.get(first, end - first))
        return 0 if mine == theirs else sum(a != b for a, b in zip(mine, theirs))

    def largest_step(self, frame, n_frames):
        """The largest difference between neighbouring samples of a channel."""
        samples = array.array('h', self.get(frame, n_frames))
        return max((abs(samples[i] - samples[i - 2]) for i in range(2, len(samples))), default=0)

    def peak(self):
        return max(map(abs, array.array('h', bytes(self.data))), default=0)


class Capture:
    """Copies the ring as it grows, from a process of its own: it sees what any reader may see."""

    def __init__(self, place):
        self.path = os.path.join(os.path.dirname(place.bus), 'capture.raw')
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), place.ring, self.path],
                                        stdin=subprocess.PIPE)

    def finish(self):
        """Ends the capture and returns the Recording."""
        self.process.stdin.close()
        self.process.wait(station.TIMEOUT_S)
        recording = Recording()
        with open(self.path, 'rb') as file:
            while header := file.read(RECORD_HEADER.size):
                frame, size = RECORD_HEADER.unpack(header)
                recording.add(frame, file.read(size))
        os.unlink(self.path)
        return recording


def _capture(ring_path, file_path):
    """The capturing process: ends when its standard input does."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    ring = station.auralisctl.Ring(ring_path)
    cursor = ring.oldest()
    with open(file_path, 'wb') as file:
        while not ended.is_set():
            if ring.closed_now():
                ring = station.auralisctl.Ring(ring_path)
                cursor = ring.oldest()
            if ring.published() <= cursor:
                ended.wait(0.01)
                continue
            data = ring.read(cursor, ring.published() - cursor)
            if data is None:
                cursor = ring.oldest()
                continue
            file.write(RECORD_HEADER.pack(cursor, len(data)) + data)
            cursor += len(data) // station.FRAME_BYTES


class Listener:
    """A WebSocket client that resumes by frame whenever it loses the server."""

    def __init__(self, url, form='pcm', query='', resumes=True):
        self.base = url.replace('http', 'ws') + f'/ws/stream?format={form}'
        self.query = query
        self.resumes = resumes
        self.recording = Recording()
        self.arrivals = []       # (first frame, monotonic seconds)
        self.messages = []       # text messages but audio_chunk
        self.faults = []         # what a message had wrong
        self.connections = 0
        self.joins = []          # where each connection after the first went on
        self.stream = None
        self._ended = threading.Event()
        self._socket = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self._loop.run_until_complete(self._follow())
        # what the test's thread has asked for meanwhile gets its answer
        left = asyncio.all_tasks(self._loop)
        if left:
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    async def _follow(self):
        while not self._ended.is_set():
            query = self.query
            if self.recording.end is not None and self.resumes:
                query = f'&from={self.recording.end}&stream={self.stream}'
            try:
                async with websockets.connect(self.base + query, max_size=None, compression=None,
                                              ping_interval=None, close_timeout=1) as socket:
                    self._socket = socket
                    self.connections += 1
                    async for message in socket:
                        self._take(message)
            except (OSError, asyncio.TimeoutError, websockets.exceptions.WebSocketException):
                pass
            if not self.resumes:
                break
            await asyncio.sleep(0.005)

    def _take(self, message):
        now = time.monotonic()
        if isinstance(message, bytes):
            self._take_binary(message, now)
            return
        value = json.loads(message)
        if value.get('type') == 'audio_chunk':
            data = base64.b64decode(value['audio_data'])
            self._take_audio(value['seq'] * station.CHUNK_FRAMES, data, now)
        else:
            if value.get('type') == 'hello':
                self._take_hello(value)
            self.messages.append((now, value))

    def _take_hello(self, hello):
        if self.stream not in (None, hello['stream']):
            self.faults.append(f'stream {hello["stream"]} after {self.stream}')
        self.stream = hello['stream']
        if self.recording.end is not None:
            self.joins.append(self.recording.end)

    def _take_binary(self, message, now):
        header = CHUNK_HEADER.unpack_from(message)
        magic, version, form, _, stream, first, frames, size, _ = header
        data = message[CHUNK_HEADER.size:]
        if (magic, version, form) != (b'AURC', 1, 1) or size != len(data) or frames * 4 != size:
            self.faults.append(f'bad chunk header {header}')
        if f'{stream:016x}' != self.stream:
            self.faults.append(f'chunk of stream {stream:016x}, not {self.stream}')
        self._take_audio(first, data, now)

    def _take_audio(self, first, data, now):
        if first % station.CHUNK_FRAMES or len(data) != station.CHUNK_FRAMES * station.FRAME_BYTES:
            self.faults.append(f'chunk at {first} of {len(data)} bytes')
        self.recording.add(first, data)
        self.arrivals.append((first, now))

    # ---- for the test's thread ----

    def connected(self):
        """Whether it has not given up: one that resumes never does."""
        return self._thread.is_alive()

    def _do(self, action):
        """Runs a coroutine of the socket in the listener's thread; False when that is over."""
        async def careful():
            try:
                await action(self._socket)
                return True
            except websockets.exceptions.ConnectionClosed:
                return False
        coroutine = careful()
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(station.TIMEOUT_S)
        except (RuntimeError, concurrent.futures.TimeoutError):
            coroutine.close()
            return False

    def send(self, message):
        """Sends text, bytes or an object as JSON; False when the connection is closed."""
        if not isinstance(message, (str, bytes)):
            message = json.dumps(message)
        station.until(lambda: self._socket is not None, 'the listener connects')
        return self._do(lambda socket: socket.send(message))

    def wait_frame(self, frame, timeout_s=station.TIMEOUT_S):
        station.until(lambda: self.recording.end is not None and self.recording.end > frame,
                      f'frame {frame} arrives', timeout_s)

    def wait_seconds(self, seconds):
        """Waits until that much audio has arrived from now on."""
        station.until(lambda: self.recording.end is not None, 'audio arrives')
        self.wait_frame(self.recording.end + int(seconds * station.RATE_HZ), seconds + station.TIMEOUT_S)

    def wait_message(self, kind, condition=lambda value: True):
        def found():
            return next((value for _, value in list(self.messages)
                         if value.get('type') == kind and condition(value)), None)
        return station.until(found, f'a {kind} message')

    def arrival(self, frame):
        """When the chunk with this frame arrived."""
        return next(when for first, when in self.arrivals
                    if first <= frame < first + station.CHUNK_FRAMES)

    def longest_wait(self):
        times = [when for _, when in self.arrivals]
        return max((b - a for a, b in zip(times, times[1:])), default=0)

    def finish(self):
        self._ended.set()
        if self._socket is not None and self.connected():
            self._do(lambda socket: socket.close())
        self._thread.join(station.TIMEOUT_S)
        return self.recording


if __name__ == '__main__':
    _capture(sys.argv[1], sys.argv[2])
