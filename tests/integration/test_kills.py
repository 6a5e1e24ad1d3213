"""SIGKILL of each daemon at random moments: a listener that resumes gets every frame once, unaltered."""

import random
import unittest

import recording
import station
import takeover

ROUNDS = station.short_or_full(4, 20)
SYNTHD_ROUNDS = station.short_or_full(4, 50)
TRIM_STEP_DB = 1 / 600  # 1 dB a minute, a chunk of 100 ms


def trims(ring):
    """The slow trim behind each chunk that the ring still tells of."""
    last = ring.published() // ring.chunk_frames
    facts = [ring.chunk(seq * ring.chunk_frames) for seq in range(max(0, last - 110), last)]
    return [fact[7] for fact in facts if fact] or [0.0]


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

    def test_the_slow_trim_goes_on_where_the_killed_synth_left_it(self):
        with station.Station('synth.makeup_db=-4') as auralis:  # far too soft: it rises all the time
            auralis.wait_event('heartbeat')
            station.until(lambda: trims(auralis.ring())[-1] > 60 * TRIM_STEP_DB, 'more than a pre-roll has it')
            join = auralis.kill_and_wait('synthd')
            station.until(lambda: auralis.published() > join + station.RATE_HZ, 'a second after the join')
            found = trims(auralis.ring())
        steps = [after - before for before, after in zip(found, found[1:])]
        station.table(['slow trim', 'least step dB a chunk', 'largest', 'dB in the end'],
                      ['over a kill', f'{min(steps):.5f}', f'{max(steps):.5f}', f'{found[-1]:.3f}'])
        self.assertGreater(min(steps), -TRIM_STEP_DB / 100)
        self.assertLess(max(steps), TRIM_STEP_DB * 1.01)
        self.assertGreater(found[-1], 65 * TRIM_STEP_DB)

    def test_streamd(self):
        self.check('streamd')

    def test_all_three_at_once(self):
        with station.Station() as auralis:
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(1)
            before = [auralis.kill(daemon) for daemon in station.DAEMONS]
            station.until(lambda: all(auralis.pid(daemon) not in (0, pid) for daemon, pid in
                                      zip(station.DAEMONS, before)), 'new pids')
            listener.wait_seconds(2)
            stream = auralis.get('/api/status')['stream']
            heard = listener.finish()
            self.assertEqual(listener.stream, stream)
            self.assertEqual(heard.repeated, 0)
            self.assertLess(heard.missing, 2 * station.RATE_HZ)


if __name__ == '__main__':
    station.main()
