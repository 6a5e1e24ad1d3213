"""A second synthd: the first may be killed again and again, what is steered is heard sooner, and what it costs."""

import os
import random
import signal
import time
import unittest

import recording
import station
import takeover

KILLS = station.short_or_full(5, 200)
CHANGES = station.short_or_full(4, 40)
SECONDS = station.short_or_full(2, 60)
LEAD_FRAMES = 120 * station.RATE_HZ // 1000


class Station(station.Station):
    """One with a standby."""

    def __init__(self, *settings):
        super().__init__(*settings, arguments=['--standby'])

    def standby_is_ready(self):
        return self.ring().standby_seconds() is not None

    def wait_standby(self):
        station.until(self.standby_is_ready, 'a standby is ready')

    def wait_short_lead(self):
        """Waits until no more is rendered ahead than a standby makes safe."""
        def is_short():
            ring = self.ring()
            return ring.published() - ring.due() <= LEAD_FRAMES
        station.until(is_short, 'the lead is short')


def cost(pid):
    """Seconds of processor so far, and MB in memory."""
    with open(f'/proc/{pid}/stat') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    with open(f'/proc/{pid}/status') as file:
        rss = next(line for line in file if line.startswith('VmRSS:'))
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf('SC_CLK_TCK'), int(rss.split()[1]) / 1024


class Standby(unittest.TestCase):
    def kill_rounds(self, auralis, moments):
        """Kills the writer KILLS times, each as soon as it has a standby; (where the ring stood, ms) each."""
        kills = []
        for _ in range(KILLS):
            auralis.wait_standby()
            time.sleep(moments.uniform(0, 0.6))
            kills.append(auralis.kill_writer())
        return kills

    def test_alternating_kills_leave_no_seam(self):
        moments = random.Random(4)
        with Station('params.seed=42') as auralis:
            auralis.wait_standby()
            self.assertIn('standing by frame=', '\n'.join(auralis.output.all))
            capture = recording.Capture(auralis.place)
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(moments.uniform(1, 2))
            kills = self.kill_rounds(auralis, moments)
            listener.wait_seconds(takeover.WAIT_S)
            counted = auralis.get('/api/metrics')['daemons']['synthd']
            heard, ring, journal = listener.finish(), capture.finish(), auralis.journal()
        joins, waits = zip(*kills)
        altered = heard.altered(ring)
        judged = takeover.Comparison(heard, journal).judge(self, joins)
        station.table(['killed, with a standby', *takeover.HEARD, *takeover.MILLISECONDS, *takeover.JUDGED],
                      [KILLS, heard.missing, heard.repeated, altered, f'{listener.longest_wait() * 1000:.0f}',
                       *takeover.milliseconds(waits), *judged])
        self.assertEqual(listener.faults, [])
        self.assertEqual((heard.missing, heard.repeated, altered, ring.missing), (0, 0, 0, 0))
        self.assertEqual(counted['take_overs'], KILLS, 'counters go on from one writer to the next')
        lost = KILLS * station.CHUNK_FRAMES  # the books are kept once a chunk
        self.assertGreaterEqual(counted['frames_rendered'], heard.end - heard.first - lost)
        if station.SPEED_COUNTS:
            self.assertLessEqual(station.percentile(waits, 0.99), 40)

    def test_a_writer_that_hangs_and_then_dies_leaves_nothing_out(self):
        with Station('params.seed=42') as auralis:
            capture = recording.Capture(auralis.place)
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(1)
            auralis.wait_standby()
            writer = auralis.ring().writer_pid
            os.kill(writer, signal.SIGSTOP)
            stood_at = auralis.published()
            station.until(lambda: auralis.ring().due() > stood_at + station.RATE_HZ * 9 // 10, 'it hangs')
            os.kill(writer, signal.SIGKILL)
            listener.wait_frame(stood_at + 2 * station.RATE_HZ)
            self.assertNotEqual(auralis.ring().writer_pid, writer)
            heard, ring, journal = listener.finish(), capture.finish(), auralis.journal()
        takeover.Comparison(heard, journal).judge(self, [stood_at])
        self.assertEqual((heard.missing, heard.repeated, heard.altered(ring), ring.missing), (0, 0, 0, 0))
        self.assertGreater(heard.peak(), 300, 'it is silent')

    def test_both_killed_at_once_make_it_late_and_the_piece_goes_on_and_ends_cleanly(self):
        with Station() as auralis:
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(1)
            auralis.wait_standby()
            for name in ('synthd', 'standby'):
                auralis.kill(name)
            auralis.wait_standby()
            listener.wait_seconds(1)
            heard = listener.finish()
            self.assertEqual((heard.missing, heard.repeated), (0, 0))
            pids = [auralis.pid(name) for name in ('synthd', 'standby')]
            self.assertEqual(auralis.stop(), 0)
            left = [path for path in [auralis.place.ring, os.path.join(auralis.folder, 'standby.pid'),
                                      *(f'/proc/{pid}' for pid in pids)] if os.path.exists(path)]
            self.assertEqual(left, [])

    def test_it_follows_another_stream_and_says_so(self):
        with Station() as auralis:
            auralis.wait_standby()
            before = auralis.ring().stream
            state = os.path.join(auralis.folder, 'state')
            os.rename(state, state + '.lost')
            auralis.kill('composerd')
            station.until(lambda: auralis.ring().stream != before and auralis.standby_is_ready(), 'it follows')
            station.until(lambda: auralis.get('/api/status')['daemons']['standby']['state'] == 'ready',
                          'the status shows it')
            stood_at, _ = auralis.kill_writer()
            self.assertFalse(auralis.standby_is_ready(), 'it is the writer by now')
            station.until(lambda: auralis.published() > stood_at + station.RATE_HZ, 'the new stream goes on')
            self.assertEqual(auralis.ring().word(station.auralisctl.VALID_FROM_AT), 0, 'nothing was left out')

    def test_what_is_steered_is_heard_sooner_and_what_that_costs(self):
        rows, settings = [], ('params.seed=42',)
        with Station(*settings) as auralis:
            auralis.wait_standby()
            auralis.wait_short_lead()
            pids = [auralis.pid(name) for name in ('synthd', 'standby')]
            began, before = time.monotonic(), [cost(pid)[0] for pid in pids]
            waits = self.steer(auralis)
            rows.append(['with', *takeover.milliseconds(waits)[:2], f'{max(waits):.0f}'])
            seconds = time.monotonic() - began
            shares = [(cost(pid)[0] - ticks) / seconds * 100 for pid, ticks in zip(pids, before)]
            station.table(['synthd', '% of a core', 'RSS MB'],
                          *([name, f'{share:.2f}', f'{cost(pid)[1]:.1f}']
                            for name, share, pid in zip(('writer', 'standby'), shares, pids)))
        if station.FULL:
            with station.Station(*settings) as auralis:
                alone = self.steer(auralis)
                rows.append(['without', *takeover.milliseconds(alone)[:2], f'{max(alone):.0f}'])
        station.table(['standby', 'a change at the socket ms, p50', 'p95', 'max'], *rows)
        if station.SPEED_COUNTS:
            self.assertLessEqual(station.percentile(waits, 0.95), 300)

    def steer(self, auralis):
        """Milliseconds from asking for another timbre to its first frame, CHANGES times over SECONDS."""
        dice = random.Random(1)
        listener = recording.Listener(auralis.url)
        listener.wait_seconds(0.5)
        asked = []
        for _ in range(CHANGES):
            time.sleep(dice.uniform(0, 0.1))  # at any moment of a chunk
            began = time.monotonic()
            reply = auralis.control(brightness=round(dice.random(), 3))
            self.assertTrue(reply['ok'], reply)
            asked.append((reply['effective_frame'], began))
            listener.wait_seconds(SECONDS / CHANGES * dice.uniform(0.5, 1.5))
        listener.wait_frame(asked[-1][0])
        listener.finish()
        return [(listener.arrival(frame) - began) * 1000 for frame, began in asked]


if __name__ == '__main__':
    station.main()
