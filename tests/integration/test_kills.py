"""SIGKILL of each daemon at random moments: a listener that resumes gets every frame once, unaltered."""

import random
import unittest

import recording
import station

ROUNDS = station.short_or_full(4, 20)
STEP_WINDOW_FRAMES = 2 * station.RATE_HZ


class Kills(unittest.TestCase):
    def kill_rounds(self, daemon):
        """Kills and waits for the return, ROUNDS times; (listener, heard, ring, joins)."""
        moments = random.Random(daemon)
        joins = []
        with station.Station() as auralis:
            capture = recording.Capture(auralis.place)
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(2)
            for _ in range(ROUNDS):
                listener.wait_seconds(moments.uniform(0.2, 1.2))
                auralis.kill_and_wait(daemon)
                joins.append(self.last_join(auralis))
            listener.wait_seconds(2.5)
            heard, ring = listener.finish(), capture.finish()
        return listener, heard, ring, joins

    @staticmethod
    def last_join(auralis):
        """About where the daemon that came back went on: what is due then."""
        return auralis.ring().due()

    def check(self, daemon):
        listener, heard, ring, joins = self.kill_rounds(daemon)
        altered = heard.altered(ring)
        step, around = self.steps(heard, joins)
        station.table(['killed', 'times', 'missing', 'repeated', 'altered', 'longest wait ms', 'connections',
                       'largest step at a join', 'largest step around'],
                      [daemon, ROUNDS, heard.missing, heard.repeated, altered,
                       f'{listener.longest_wait() * 1000:.0f}', listener.connections, step, around])
        self.assertEqual(listener.faults, [])
        self.assertEqual((heard.missing, heard.repeated, altered), (0, 0, 0))
        self.assertEqual(ring.missing, 0)
        self.assertLessEqual(step, around * 1.5 + 50, 'a join clicks')

    @staticmethod
    def steps(heard, joins):
        """The largest sample step within half a second of a join, and within 2 s around it."""
        near = around = 0
        for join in joins:
            near = max(near, heard.largest_step(max(heard.first, join - station.RATE_HZ // 2), station.RATE_HZ))
            begin = max(heard.first, join - STEP_WINDOW_FRAMES)
            around = max(around, heard.largest_step(begin, 2 * STEP_WINDOW_FRAMES))
        return near, around

    def test_composerd(self):
        self.check('composerd')

    def test_synthd(self):
        self.check('synthd')

    def test_streamd(self):
        self.check('streamd')

    def test_all_three_at_once(self):
        with station.Station() as auralis:
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(1)
            before = [auralis.kill(daemon) for daemon in station.DAEMONS]
            station.until(lambda: [auralis.pid(daemon) for daemon in station.DAEMONS] != before, 'new pids')
            listener.wait_seconds(2)
            stream = auralis.get('/api/status')['stream']
            heard = listener.finish()
            self.assertEqual(listener.stream, stream)
            self.assertEqual(heard.repeated, 0)
            self.assertLess(heard.missing, 2 * station.RATE_HZ)


if __name__ == '__main__':
    station.main()
