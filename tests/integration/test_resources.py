"""What a station costs: processor, memory, and the time to render a phrase."""

import json
import os
import time
import unittest

import recording
import station

TICKS_A_SECOND = os.sysconf('SC_CLK_TCK')
SECONDS = station.short_or_full(10, 60)


class Usage:
    """Processor time of the daemons between two moments, and their memory."""

    def __init__(self, auralis):
        self.pids = {daemon: auralis.pid(daemon) for daemon in station.DAEMONS}
        self.began, self.ticks = time.monotonic(), self.read_ticks()

    def read_ticks(self):
        ticks = {}
        for daemon, pid in self.pids.items():
            with open(f'/proc/{pid}/stat') as file:
                fields = file.read().rsplit(')', 1)[1].split()
            ticks[daemon] = int(fields[11]) + int(fields[12])
        return ticks

    def cpu_percent(self):
        """Percent of one core since the beginning, a daemon."""
        seconds = time.monotonic() - self.began
        return {daemon: (ticks - self.ticks[daemon]) / TICKS_A_SECOND / seconds * 100
                for daemon, ticks in self.read_ticks().items()}

    def memory_mb(self, field='VmRSS'):
        memory = {}
        for daemon, pid in self.pids.items():
            with open(f'/proc/{pid}/status') as file:
                line = next(line for line in file if line.startswith(field + ':'))
            memory[daemon] = int(line.split()[1]) / 1024
        return memory


class Resources(unittest.TestCase):
    def test_processor_and_memory(self):
        with station.Station() as auralis:
            frames = auralis.events('heartbeat')
            idle = Usage(auralis)
            end = frames.wait()['frame'] + SECONDS * station.RATE_HZ
            frames.wait(lambda event: event['frame'] >= end, timeout_s=SECONDS + 30)
            idle_cpu = idle.cpu_percent()
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(1)
            busy = Usage(auralis)
            listener.wait_seconds(SECONDS)
            busy_cpu, memory, peak = busy.cpu_percent(), busy.memory_mb(), busy.memory_mb('VmHWM')
            listener.finish()
        station.table(['daemon', 'idle % of a core', 'one listener % of a core', 'RSS MB', 'peak RSS MB'],
                      *([daemon, f'{idle_cpu[daemon]:.2f}', f'{busy_cpu[daemon]:.2f}', f'{memory[daemon]:.1f}',
                         f'{peak[daemon]:.1f}'] for daemon in station.DAEMONS))
        self.assertLess(sum(memory.values()), 500)
        if station.SPEED_COUNTS:
            self.assertLess(sum(busy_cpu.values()), 20)
            self.assertLess(idle_cpu['streamd'], 0.5)

    def test_a_phrase_renders_much_faster_than_it_plays(self):
        lines = station.compose('--seed', '42', '--minutes', '0.1', '--set', 'params.bpm=60')
        phrase = json.loads(lines[1])
        self.assertEqual(phrase['bars'], 8)

        def seconds_to_render(*arguments):
            began = time.monotonic()
            audio = station.render(lines[:2], *arguments)
            return time.monotonic() - began, len(audio) / station.FRAME_BYTES / station.RATE_HZ
        empty, _ = min(seconds_to_render('--frames', '64') for _ in range(3))
        full, audio = min(seconds_to_render() for _ in range(3))
        station.table(['bars', 'bpm', 'audio s', 'to render s', 'of it start-up s'],
                      [8, 60, f'{audio:.1f}', f'{full:.3f}', f'{empty:.3f}'])
        if station.SPEED_COUNTS:
            self.assertLess(full, audio / 10)


if __name__ == '__main__':
    station.main()
