"""effective_frame is the truth, and what was asked for is heard soon."""

import json
import random
import time
import unittest

import recording
import station

CHANGES = station.short_or_full(8, 30)
# What is rendered of a journal around a change: what was heard before, and what the change may begin.
LOOK_BACK_FRAMES = station.short_or_full(3, 20) * station.RATE_HZ
LOOK_AHEAD_FRAMES = 8 * station.RATE_HZ
TRANSITION_SECONDS = 10  # two bars of a slow tempo
SOUND = ('intensity', 'brightness', 'space', 'width', 'mix.pad', 'mix.lead', 'mix.bass')


def changes_of(dice, number):
    """The next change: mostly timbre or mix, each fifth one the music."""
    if number % 5 == 4:
        return dice.choice([{'key': dice.choice('CDEFG')}, {'mode': dice.choice(['dorian', 'lydian'])},
                            {'bpm': dice.randint(60, 90)}])
    name = dice.choice(SOUND)
    return {name: round(dice.random(), 2)}


class Control(unittest.TestCase):
    def test_the_first_frame_that_differs_lies_where_the_reply_says(self):
        dice = random.Random(1)
        replies, sent = [], []
        with station.Station('params.seed=42') as auralis:
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(2)
            for number in range(CHANGES):
                change = changes_of(dice, number)
                sent.append((change, time.monotonic()))
                replies.append(auralis.control(**change))
                self.assertTrue(replies[-1]['ok'], replies[-1])
                listener.wait_seconds(dice.uniform(0.3, 1.5))
            listener.wait_frame(max(reply['effective_frame'] for reply in replies) + station.RATE_HZ,
                                timeout_s=60)
            listener.finish()
            journal = [json.loads(line) for line in auralis.journal()]
        self.assertEqual(listener.recording.missing, 0)
        self.check_frames(journal, replies, sent)
        self.check_latency(listener, replies, sent)

    def check_frames(self, journal, replies, sent):
        """Renders the journal up to before and after each change, and compares frame by frame."""
        rows, faults = [], []
        for number, reply in enumerate(replies, 1):
            begin = max(0, reply['effective_frame'] - LOOK_BACK_FRAMES)
            before, after = (self.render_until_change(journal, upto, begin) for upto in (number - 1, number))
            event = next(event for event in journal
                         if event['type'] == 'params' and event['change'] == number)
            differs = station.first_difference(before, after)
            differs = None if differs is None else differs + begin
            first = reply['effective_frame']
            asked = sent[number - 1][0]
            last = first + station.BLOCK_FRAMES + event['glide_frames']
            if not set(asked) <= set(SOUND):
                # a transition may leave the first notes as they were, but not those after it
                last = event['settled_frame'] + TRANSITION_SECONDS * station.RATE_HZ
            change = ' '.join(f'{name}={value}' for name, value in asked.items())
            rows.append([number, change, first, differs, '' if differs is None else differs - first])
            if differs is not None and not first <= differs <= last:
                faults.append(rows[-1])
        station.table(['change', 'asked', 'effective frame', 'first that differs', 'frames later'], *rows)
        self.assertEqual(faults, [])

    @staticmethod
    def render_until_change(journal, number, begin):
        """The audio, from a frame on, of what was published before change number + 1."""
        end = next((at for at, event in enumerate(journal)
                    if event['type'] == 'params' and event['change'] > number), len(journal))
        return station.render([json.dumps(event) for event in journal[:end]], '--from', str(begin),
                              '--frames', str(LOOK_BACK_FRAMES + LOOK_AHEAD_FRAMES))

    def check_latency(self, listener, replies, sent):
        """From the request to the arrival of its frame, for changes of timbre or mix."""
        waits = [(listener.arrival(reply['effective_frame']) - asked) * 1000
                 for reply, (change, asked) in zip(replies, sent) if set(change) <= set(SOUND)]
        p50, p95 = station.percentile(waits, 0.5), station.percentile(waits, 0.95)
        station.table(['changes of timbre or mix', 'p50 ms', 'p95 ms', 'max ms'],
                      [len(waits), f'{p50:.0f}', f'{p95:.0f}', f'{max(waits):.0f}'])
        self.assertLessEqual(p95, 800 if station.SANITIZED else 500)

    def test_all_hear_of_a_change_and_a_repeated_request_is_answered_alike(self):
        with station.Station() as auralis:
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(0.5)
            request = {'v': 1, 'id': 'twice', 'op': 'set', 'params': {'brightness': 0.9}, 'origin': 'test'}
            first, second = (json.loads(auralis.request(request)) for _ in range(2))
            self.assertTrue(first['ok'])
            self.assertEqual(first['effective_frame'], second['effective_frame'])
            told = listener.wait_message('params', lambda value: value['params']['brightness'] == 0.9)
            self.assertEqual(told['effective_frame'], first['effective_frame'])
            listener.send({'type': 'control', 'id': 'c1', 'key': 'Eb'})
            ack = listener.wait_message('control_ack', lambda value: value['id'] == 'c1')
            self.assertTrue(ack['ok'], ack)
            self.assertGreaterEqual(ack['settled_frame'], ack['effective_frame'])
            listener.finish()

    def test_an_ending_comes_to_rest_and_begins_again(self):
        with station.Station('params.bpm=120') as auralis:
            events = auralis.events('heartbeat')
            self.assertTrue(auralis.control(op='end', after_ms=0)['ok'])
            events.wait(lambda event: event['resting'], timeout_s=60)
            station.until(lambda: auralis.get('/api/status')['audio'] == 'resting', 'the station rests')
            self.assertEqual(auralis.http('/healthz')[0], 200)
            self.assertTrue(auralis.control(op='begin')['ok'])
            events.wait(lambda event: not event['resting'])
            station.until(lambda: auralis.get('/api/status')['audio'] == 'flowing', 'audio flows')


if __name__ == '__main__':
    station.main()
