"""SIGKILL of each daemon at random moments: a listener that resumes gets every frame once, unaltered."""

import random
import unittest

import recording
import station
import takeover

ROUNDS = station.short_or_full(4, 20)
SYNTHD_ROUNDS = station.short_or_full(4, 50)


class Kills(unittest.TestCase):
    def kill_rounds(self, daemon):
        """Kills and waits for the return, ROUNDS times; (listener, heard, ring, where audio was joined)."""
        moments = random.Random(daemon)
        with station.Station() as auralis:
            capture = recording.Capture(auralis.place)
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(2)
            joins = []
            for _ in range(ROUNDS):
                listener.wait_seconds(moments.uniform(0.2, 1.2))
                joins.append(auralis.kill_and_wait(daemon))
            listener.wait_seconds(2.5)
            heard, ring = listener.finish(), capture.finish()
        return listener, heard, ring, listener.joins if daemon == 'streamd' else joins

    def check(self, daemon):
        listener, heard, ring, joins = self.kill_rounds(daemon)
        altered = heard.altered(ring)
        step, around = map(max, zip(*(takeover.steps(heard, join) for join in joins)))
        station.table(['killed', 'times', 'missing', 'repeated', 'altered', 'longest wait ms', 'connections',
                       'largest step at a join', 'largest step around'],
                      [daemon, ROUNDS, heard.missing, heard.repeated, altered,
                       f'{listener.longest_wait() * 1000:.0f}', listener.connections, step, around])
        self.assertEqual(listener.faults, [])
        self.assertEqual((heard.missing, heard.repeated, altered), (0, 0, 0))
        self.assertEqual(ring.missing, 0)
        self.assertLessEqual(step, around, 'a join clicks')

    def test_composerd(self):
        self.check('composerd')

    def test_synthd_which_goes_on_as_if_nothing_had_been(self):
        moments, kills = random.Random('synthd'), []
        with station.Station() as auralis:
            capture = recording.Capture(auralis.place)
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(2)
            for _ in range(SYNTHD_ROUNDS):
                listener.wait_seconds(moments.uniform(0.2, 1.2))
                kills.append(auralis.kill_writer())
                auralis.wait_lead()
            listener.wait_seconds(takeover.WAIT_S)
            heard, ring, journal = listener.finish(), capture.finish(), auralis.journal()
        joins, waits = zip(*kills)
        altered = heard.altered(ring)
        judged = takeover.Comparison(heard, journal).judge(self, joins)
        station.table(['synthd killed', *takeover.HEARD, *takeover.MILLISECONDS, *takeover.JUDGED],
                      [SYNTHD_ROUNDS, heard.missing, heard.repeated, altered,
                       f'{listener.longest_wait() * 1000:.0f}', *takeover.milliseconds(waits), *judged])
        self.assertEqual(listener.faults, [])
        self.assertEqual((heard.missing, heard.repeated, altered, ring.missing), (0, 0, 0, 0))
        if station.SPEED_COUNTS:
            self.assertLessEqual(station.percentile(waits, 0.5), 300)
            self.assertLessEqual(station.percentile(waits, 0.99), 450)

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
