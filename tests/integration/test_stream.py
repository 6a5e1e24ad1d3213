"""What listeners get: the same frames in every format, and sample for sample what the journal renders to."""

import unittest

import recording
import station


class Stream(unittest.TestCase):
    def test_json_and_pcm_are_equal_and_are_what_the_journal_renders_to(self):
        seconds = station.short_or_full(12, 60)
        with station.Station() as auralis:
            capture = recording.Capture(auralis.place)
            listeners = {form: recording.Listener(auralis.url, form) for form in ('json', 'pcm')}
            listeners['json'].wait_seconds(seconds)
            heard = {form: listener.finish() for form, listener in listeners.items()}
            ring = capture.finish()
            journal = auralis.journal()
        rendered = recording.Recording()
        rendered.add(0, station.render(journal))
        for form, listener in listeners.items():
            with self.subTest(form):
                self.assertEqual(listener.faults, [])
                self.assertEqual((heard[form].missing, heard[form].repeated), (0, 0))
                self.assertEqual(heard[form].altered(ring), 0)
                self.assertEqual(heard[form].altered(rendered), 0)
                self.assertGreater(heard[form].peak(), 300, 'it is silent')
        self.assertEqual(heard['json'].altered(heard['pcm']), 0)
        rates = {form: self.chunks_a_second(listener.arrivals) for form, listener in listeners.items()}
        station.table(['format', 'seconds', 'chunks', 'chunks/s', 'missing', 'repeated', 'differ from render',
                       'peak', 'longest wait ms'],
                      *([form, seconds, len(listener.arrivals), f'{rates[form]:.3f}', heard[form].missing,
                         heard[form].repeated, heard[form].altered(rendered), heard[form].peak(),
                         f'{listener.longest_wait() * 1000:.0f}'] for form, listener in listeners.items()))
        for form, rate in rates.items():
            if not station.SANITIZED:
                self.assertAlmostEqual(rate, 10, delta=0.05, msg=form)

    @staticmethod
    def chunks_a_second(arrivals):
        """Between the most punctual chunk of the first third and that of the last: none is early, and what the
        machine holds up says nothing about the rate."""
        third = len(arrivals) // 3

        def punctual(numbers):
            return min(numbers, key=lambda i: arrivals[i][1] - i / 10)
        first = punctual(range(5, third))  # the first ones may come together
        last = punctual(range(len(arrivals) - third, len(arrivals)))
        return (last - first) / (arrivals[last][1] - arrivals[first][1])

    def test_a_resumed_listener_gets_history_at_once_and_a_burst_begins_in_the_past(self):
        with station.Station() as auralis:
            first = recording.Listener(auralis.url)
            first.wait_seconds(4)
            heard = first.finish()
            resumed = recording.Listener(auralis.url, query=f'&from={heard.first}&stream={first.stream}')
            resumed.wait_frame(heard.end - 1)
            again = resumed.finish()
            self.assertEqual(again.first, heard.first)
            self.assertEqual(heard.altered(again), 0)
            past = [when for frame, when in resumed.arrivals if frame < heard.end]
            self.assertLess(past[-1] - past[0], heard.seconds / 2, 'history came no faster than it plays')
            burst = recording.Listener(auralis.url, query='&burst=2000')
            hello = burst.wait_message('hello')
            burst.wait_seconds(0.5)
            self.assertAlmostEqual((hello['frame'] - burst.finish().first) / station.RATE_HZ, 2, delta=0.3)

    def test_a_frame_that_is_gone_is_said_to_be_lost(self):
        with station.Station() as auralis:
            first = recording.Listener(auralis.url)
            first.wait_seconds(14)  # longer than the ring
            heard = first.finish()
            late = recording.Listener(auralis.url, query=f'&from={heard.first}&stream={first.stream}')
            hello = late.wait_message('hello')
            late.wait_seconds(0.3)
            self.assertGreater(late.finish().first, heard.first)
            self.assertGreater(hello['lost_frames'], 0)

    def test_two_stations_side_by_side_do_not_touch_each_other(self):
        with station.Station() as one, station.Station() as other:
            self.assertNotEqual(one.get('/api/status')['stream'], other.get('/api/status')['stream'])
            self.assertNotEqual(one.place.ring, other.place.ring)
            before = other.get('/api/control')['params']
            self.assertTrue(one.control(key='D', brightness=0.9)['ok'])
            one.wait_event('params', lambda event: event['key'] == 'D')
            self.assertEqual(other.get('/api/control')['params'], before)


if __name__ == '__main__':
    station.main()
