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
LOOK_AHEAD_FRAMES = 4 * station.RATE_HZ
ONSET_FRAMES = 2240  # beats are written 25 ms after a bar line, and humanised by at most as much
SOUND = ('intensity', 'brightness', 'space', 'width', 'mix.pad', 'mix.lead', 'mix.bass')
MUSIC = {'key': 'CDEFG', 'mode': ('dorian', 'lydian', 'aeolian'), 'bpm': range(60, 91),
         'preset': ('focus', 'meditation', 'bright')}


def change_of(dice, number, now):
    """The next change: mostly timbre or mix, each fourth one the music; always to another value."""
    if number % 4 == 3:
        name = sorted(MUSIC)[number // 4 % len(MUSIC)]
        return {name: dice.choice([value for value in MUSIC[name] if value != now[name]])}
    name = dice.choice(SOUND)
    value = round(dice.random(), 2)
    return {name: value if abs(value - now[name]) > 0.05 else round((value + 0.5) % 1, 2)}


def until_change(journal, number):
    """What was published before change number + 1."""
    end = next((at for at, event in enumerate(journal)
                if event['type'] == 'params' and event['change'] > number), len(journal))
    return journal[:end]


def glide_of(journal):
    """How long the last change moves."""
    return next(event['glide_frames'] for event in reversed(journal) if event['type'] == 'params')


def notes_of(journal):
    """The notes as they sound: a phrase cancels those at or after its start, and ends what it names."""
    notes = []
    for phrase in (event for event in journal if event['type'] == 'phrase'):
        notes = [note for note in notes if note['frame'] < phrase['start_frame']]
        for end in phrase['ends']:
            for note in notes:
                if ((note['role'], note['midi']) == (end['role'], end['midi'])
                        and note['frame'] < end['frame'] < note['frame'] + note['frames']):
                    note['frames'] = end['frame'] - note['frame']
        notes += [dict(note) for note in phrase['notes']]
    return notes


class Control(unittest.TestCase):
    def test_the_first_frame_that_differs_lies_where_the_reply_says(self):
        dice = random.Random(1)
        replies, sent = [], []
        with station.Station('params.seed=42') as unchanged, station.Station('params.seed=42') as auralis:
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(2)
            now = auralis.get('/api/control')['params']
            for number in range(CHANGES):
                change = change_of(dice, number, now)
                sent.append((change, time.monotonic()))
                replies.append(auralis.control(**change))
                self.assertTrue(replies[-1]['ok'], replies[-1])
                now = replies[-1]['params']
                listener.wait_seconds(dice.uniform(0.3, 1.5))
            listener.wait_frame(max(reply['effective_frame'] for reply in replies) + station.RATE_HZ,
                                timeout_s=60)
            listener.finish()
            journal = [json.loads(line) for line in auralis.journal()]
            journal_unchanged = [json.loads(line) for line in unchanged.journal()]
        self.assertEqual(listener.recording.missing, 0)
        self.check_frames(journal, journal_unchanged, replies, sent)
        self.check_latency(listener, replies, sent)

    def check_frames(self, journal, journal_unchanged, replies, sent):
        """Renders what was published before and after each change, and compares frame by frame."""
        rows, faults = [], []
        for number, (reply, (asked, _)) in enumerate(zip(replies, sent), 1):
            first = reply['effective_frame']
            before = until_change(journal, number - 1) if number > 1 else journal_unchanged
            after = until_change(journal, number)
            differs = self.first_difference(before, after, first)
            heard = self.heard_from(before, asked, first)
            reach = ONSET_FRAMES if set(asked) <= set(MUSIC) else glide_of(after)
            last = None if heard is None else heard + station.BLOCK_FRAMES + reach
            change = ' '.join(f'{name}={value}' for name, value in asked.items())
            rows.append([number, change, first, differs, '' if differs is None else differs - first,
                         'silent' if heard != first else ''])
            if differs is None and last is not None or differs is not None and (
                    differs < first or last is not None and differs > last):
                faults.append(rows[-1])
        station.table(['change', 'asked', 'effective frame', 'first that differs', 'frames later', 'layer'],
                      *rows)
        self.assertEqual(faults, [])

    @staticmethod
    def first_difference(before, after, frame):
        begin = max(0, frame - LOOK_BACK_FRAMES)
        audio = [station.render([json.dumps(event) for event in journal], '--from', str(begin),
                                '--frames', str(frame - begin + LOOK_AHEAD_FRAMES))
                 for journal in (before, after)]
        differs = station.first_difference(*audio)
        return None if differs is None else begin + differs

    @staticmethod
    def heard_from(journal, asked, frame):
        """Where a change at that frame can be heard: a layer's, when one of its notes sounds. None: not soon."""
        roles = [name.removeprefix('mix.') for name in asked if name.startswith('mix.')]
        if not roles:
            return frame
        onsets = [max(note['frame'], frame) for note in notes_of(journal)
                  if note['role'] in roles and note['frame'] + note['frames'] > frame]
        onset = min(onsets, default=None)
        return onset if onset is not None and onset < frame + LOOK_AHEAD_FRAMES // 2 else None

    def check_latency(self, listener, replies, sent):
        """From the request to the arrival of its frame, for changes of timbre or mix."""
        waits = [(listener.arrival(reply['effective_frame']) - asked) * 1000
                 for reply, (change, asked) in zip(replies, sent) if set(change) <= set(SOUND)]
        p50, p95 = station.percentile(waits, 0.5), station.percentile(waits, 0.95)
        station.table(['changes of timbre or mix', 'p50 ms', 'p95 ms', 'max ms'],
                      [len(waits), f'{p50:.0f}', f'{p95:.0f}', f'{max(waits):.0f}'])
        if station.SPEED_COUNTS:
            self.assertLessEqual(p95, 500)

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
