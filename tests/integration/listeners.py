#!/usr/bin/python3
"""Many listeners that resume, in a process of their own, which check every frame they get.

Ring follows a station's ring from a further process and keeps its last minutes; Crowd are WebSocket
listeners (pcm) that reconnect at once with ?from=next&stream=id. Each chunk is compared with what the
ring held: what a station's listeners ought to hear, and when they got it, in figures since the last time
they were asked for.
"""

import asyncio
import json
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time

import websockets

import recording
import station

KEPT_FRAMES = 1 << 22  # 95 s, 16 MiB
POLL_S = 0.01
RECONNECT_S = 0.005
CHECK_S, PATIENCE_S = 0.1, 1
HEAD = struct.Struct('<QQQ')  # of the copy: stream, first frame kept, end


class Copy:
    """The last minutes of a ring in a file that two processes share."""

    def __init__(self, path):
        self.file = open(path, 'r+b')
        self.memory = mmap.mmap(self.file.fileno(), mmap.PAGESIZE + KEPT_FRAMES * station.FRAME_BYTES)
        self.frames = memoryview(self.memory)[mmap.PAGESIZE:]

    @staticmethod
    def make(path):
        with open(path, 'wb') as file:
            file.truncate(mmap.PAGESIZE + KEPT_FRAMES * station.FRAME_BYTES)

    def head(self):
        return HEAD.unpack_from(self.memory)

    def write(self, stream, first, end):
        HEAD.pack_into(self.memory, 0, stream, first, end)

    def pieces(self, frame, n_frames):
        """The memory of these frames: one piece, or two where the copy goes around."""
        begin = frame % KEPT_FRAMES
        once = min(n_frames, KEPT_FRAMES - begin)
        at = begin * station.FRAME_BYTES
        yield self.frames[at:at + once * station.FRAME_BYTES]
        yield self.frames[:(n_frames - once) * station.FRAME_BYTES]

    def put(self, frame, data):
        data = memoryview(data)
        for piece in self.pieces(frame, len(data) // station.FRAME_BYTES):
            piece[:] = data[:len(piece)]
            data = data[len(piece):]

    def altered(self, stream, frame, data):
        """How many frames are others than the ring's; None when it cannot be said (yet)."""
        kept_stream, first, end = self.head()
        n_frames = len(data) // station.FRAME_BYTES
        if stream != kept_stream or frame < first or frame + n_frames > end:
            return None
        data, differing = memoryview(data), 0
        for piece in self.pieces(frame, n_frames):
            if data[:len(piece)] != piece:
                differing += sum(a != b for a, b in zip(data[:len(piece)].cast('I'), piece.cast('I')))
            data = data[len(piece):]
        return differing


class Follower:
    """The copying process: ends when its input does."""

    def __init__(self, ring_path, copy_path):
        self.path, self.copy = ring_path, Copy(copy_path)
        self.ring, self.inode = None, None
        self.first = self.end = 0

    def follow(self):
        ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        while not ended.wait(POLL_S):
            if self.open():
                self.take()

    def open(self):
        """Opens the segment that has the name now, if it is another; whether there is one."""
        try:
            inode = os.stat(self.path).st_ino
            if inode != self.inode:
                self.ring, self.inode = station.auralisctl.Ring(self.path), inode
                if self.copy.head()[0] != self.ring.stream:
                    self.first = self.end = self.ring.oldest()
        except (station.auralisctl.Trouble, OSError):
            return False
        return True

    def take(self):
        """Copies what is new; what was lost on the way is not kept."""
        published = self.ring.published()
        if self.ring.oldest() > published:
            return  # its cursors are damaged
        if self.ring.oldest() > self.end:
            self.first = self.end = self.ring.oldest()
        data = self.ring.read(self.end, published - self.end) if published > self.end else None
        if data:
            self.copy.put(self.end, data)
            self.end += len(data) // station.FRAME_BYTES
        # told of before the next is copied over it
        self.first = max(self.first, self.end - KEPT_FRAMES + self.ring.capacity_frames)
        self.copy.write(self.ring.stream, self.first, self.end)


class Figures:
    """What listeners heard since they were last asked."""

    def __init__(self):
        self.missing = self.repeated = self.altered = self.checked = self.unchecked = 0
        self.told = 0         # frames that they were told were lost
        self.streams = 0      # new streams that they were told of
        self.connections = 0
        self.faults = []      # what a message had wrong
        self.waits = []       # seconds between a chunk and the next, of each listener
        self.wall_s = 0       # how much the daemons' wall clock is ahead of this process's
        self.joins = []       # monotonic seconds of the first chunk of each connection
        self.offset_s = None  # monotonic seconds at which frame 0 was heard, by the chunk that came earliest

    def waited(self, share):
        return station.percentile(self.waits, share) * 1000 if self.waits else 0

    def summary(self):
        return {**{name: value for name, value in vars(self).items() if name != 'waits'},
                'p50_ms': self.waited(0.5), 'p99_ms': self.waited(0.99), 'max_ms': self.waited(1)}


class Resumer:
    """One listener."""

    def __init__(self, crowd):
        self.crowd = crowd
        self.stream = self.next = self.arrived = None
        self.chunks = 0  # ever

    async def listen(self):
        while True:
            query = f'&from={self.next}&stream={self.stream}' if self.next is not None else ''
            try:
                async with websockets.connect(self.crowd.url + query, max_size=None, compression=None,
                                              ping_interval=None, close_timeout=0.1) as socket:
                    await self.take_all(socket)
            except (OSError, asyncio.TimeoutError, websockets.exceptions.WebSocketException):
                pass
            await asyncio.sleep(RECONNECT_S)

    async def take_all(self, socket):
        self.crowd.figures.connections += 1
        joins = True
        async for message in socket:
            now = time.monotonic()
            if isinstance(message, str):
                self.take_text(json.loads(message))
                continue
            if joins:
                self.crowd.figures.joins.append(now)
                joins = False
            self.take_chunk(message, now)

    def take_text(self, message):
        figures = self.crowd.figures
        if message.get('type') == 'hello':
            figures.told += message['lost_frames']
            if message['stream'] != self.stream:
                figures.streams += self.stream is not None
                self.stream, self.next = message['stream'], None
        elif message.get('type') == 'gap':
            figures.told += message['lost_frames']

    def take_chunk(self, message, now):
        figures = self.crowd.figures
        _, _, _, _, stream, first, frames, size, due_us = recording.CHUNK_HEADER.unpack_from(message)
        data = message[recording.CHUNK_HEADER.size:]
        if f'{stream:016x}' != self.stream or size != len(data) or size != frames * station.FRAME_BYTES:
            figures.faults.append(f'chunk at {first} of stream {stream:016x}: {size} bytes')
            return
        if self.next is not None:
            figures.missing += max(0, first - self.next)
            figures.repeated += max(0, self.next - first)
            figures.waits.append(now - self.arrived)
        offset_s = now - first / station.RATE_HZ / self.crowd.clock_rate
        figures.offset_s = offset_s if figures.offset_s is None else min(figures.offset_s, offset_s)
        figures.wall_s = due_us / 1e6 - time.time()
        self.next, self.arrived = first + frames, now
        self.chunks += 1
        self.crowd.check(stream, first, data)


class Listening:
    """The listening process: N listeners; each line of its input is a question, answered by a line."""

    def __init__(self, url, copy_path, n_listeners, clock_rate):
        self.clock_rate = clock_rate
        self.url = url.replace('http', 'ws') + '/ws/stream?format=pcm'
        self.copy = Copy(copy_path)
        self.figures = Figures()
        self.early = []  # chunks that came before the copy had them
        self.listeners = [Resumer(self) for _ in range(n_listeners)]

    def check(self, stream, first, data, since=None):
        """Now, or later when the copy has it; what it still has not after a second it never will."""
        altered = self.copy.altered(stream, first, data)
        if altered is not None:
            self.figures.checked += len(data) // station.FRAME_BYTES
            self.figures.altered += altered
        elif since is not None and time.monotonic() - since > PATIENCE_S:
            self.figures.unchecked += len(data) // station.FRAME_BYTES
        else:
            self.early.append((stream, first, data, since or time.monotonic()))

    def check_early(self):
        early, self.early = self.early, []
        for chunk in early:
            self.check(*chunk)

    async def check_now_and_then(self):
        while True:
            await asyncio.sleep(CHECK_S)
            self.check_early()

    async def hear(self, chunks):
        """Waits until each listener has got so many chunks more."""
        wanted = [listener.chunks + chunks for listener in self.listeners]
        while any(listener.chunks < least for listener, least in zip(self.listeners, wanted)):
            await asyncio.sleep(POLL_S)

    def report(self):
        """What was heard since the last report."""
        self.check_early()
        figures, self.figures = self.figures, Figures()
        return figures.summary()

    async def run(self):
        tasks = [asyncio.ensure_future(listener.listen()) for listener in self.listeners]
        tasks.append(asyncio.ensure_future(self.check_now_and_then()))
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).split():
            if line[0] == b'hear':
                await self.hear(int(line[1]))
                print('{}', flush=True)
            else:
                await asyncio.sleep(3 * POLL_S)  # so that the copy has all that was heard
                print(json.dumps(self.report()), flush=True)
        for task in tasks:
            task.cancel()


class Crowd:
    """Listeners of a station, for a test; a context manager."""

    def __init__(self, url, ring_path, n_listeners, clock_rate=1):
        self.n_listeners = n_listeners
        self.folder = tempfile.TemporaryDirectory(prefix='auralis-crowd-', dir='/tmp')
        copy_path = os.path.join(self.folder.name, 'copy')
        Copy.make(copy_path)
        self.copying = self.begin('--copy', ring_path, copy_path)
        self.listening = self.begin('--listen', url, copy_path, str(n_listeners), str(clock_rate))

    @staticmethod
    def begin(*words):
        return subprocess.Popen([sys.executable, os.path.abspath(__file__), *words], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self.listening, self.copying):
            process.stdin.close()
            process.wait(station.TIMEOUT_S)
            process.stdout.close()
        self.folder.cleanup()

    def ask(self, question):
        self.listening.stdin.write(question + '\n')
        self.listening.stdin.flush()
        return json.loads(self.listening.stdout.readline())

    def hear(self, seconds):
        """Waits until each listener has heard so much more."""
        self.ask(f'hear {int(seconds * 10)}')

    def report(self):
        """The figures since the last report, all listeners together; see Figures.summary."""
        return self.ask('report')


if __name__ == '__main__':
    if sys.argv[1] == '--copy':
        Follower(*sys.argv[2:4]).follow()
    else:
        asyncio.run(Listening(*sys.argv[2:4], int(sys.argv[4]), float(sys.argv[5])).run())
