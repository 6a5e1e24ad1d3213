"""The same seed gives the same music, in files, on the air, and after a restart of the composer."""

import hashlib
import json
import unittest

import station


def without_run(event):
    """A phrase without what differs between runs and streams."""
    return {name: value for name, value in event.items() if name not in ('run', 'n', 'stream')}


class Determinism(unittest.TestCase):
    def test_composing_and_rendering_twice_gives_the_same_bytes(self):
        minutes = station.short_or_full('1', '10')
        compositions = [station.compose('--seed', '42', '--minutes', minutes) for _ in range(2)]
        self.assertEqual(*compositions)
        self.assertNotEqual(compositions[0], station.compose('--seed', '43', '--minutes', minutes))
        audio = [station.render(compositions[0]) for _ in range(2)]
        self.assertEqual(*audio)
        station.table(['what', 'bytes', 'sha256'],
                      ['journal', sum(len(line) + 1 for line in compositions[0]),
                       hashlib.sha256('\n'.join(compositions[0]).encode()).hexdigest()[:16]],
                      ['audio', len(audio[0]), hashlib.sha256(audio[0]).hexdigest()[:16]])

    def test_every_mode_and_preset_composes(self):
        for setting in [f'params.mode={mode}' for mode in
                        ('ionian', 'dorian', 'phrygian', 'lydian', 'mixolydian', 'aeolian')]:
            with self.subTest(setting):
                lines = station.compose('--seed', '7', '--minutes', '1', '--set', setting)
                phrase = json.loads(lines[1])
                self.assertEqual(phrase['mode'], setting.split('=')[1])
                self.assertGreater(len(phrase['notes']), 10)

    def test_the_station_plays_what_the_composer_prints_and_a_restart_changes_nothing(self):
        phrases = station.short_or_full(6, 12)
        settings = ('params.seed=42', 'params.bpm=120')
        with station.Station(*settings) as auralis:
            events = auralis.events('phrase')
            auralis.kill_and_wait('composerd')
            first = auralis.wait_event('heartbeat')['run']
            auralis.kill_and_wait('composerd')
            again = events.wait(lambda event: event['run'] != first and event['phrase'] >= phrases - 1,
                                timeout_s=20 * phrases)
            self.assertGreaterEqual(again['phrase'], phrases - 1)
            journal = [json.loads(line) for line in auralis.journal()]
        played = {event['phrase']: without_run(event) for event in journal if event['type'] == 'phrase'}
        printed = [json.loads(line) for line in
                   station.compose('--seed', '42', '--minutes', str(phrases / 2), '--set', 'params.bpm=120')]
        printed = {event['phrase']: without_run(event) for event in printed if event['type'] == 'phrase'}
        for number in range(phrases):
            self.assertEqual(played[number], printed[number], f'phrase {number}')
        runs = {event['run'] for event in journal}
        self.assertGreaterEqual(len(runs), 2)
        station.table(['phrases compared', 'starts of composerd', 'phrases that differ'], [phrases, len(runs), 0])

    def test_a_stream_survives_the_end_of_the_station(self):
        with station.Station() as auralis:
            stream = auralis.get('/api/status')['stream']
            self.assertTrue(auralis.control(key='Eb')['ok'])
            self.assertEqual(auralis.stop(), 0)
            auralis.start()
            self.assertEqual(auralis.get('/api/status')['stream'], stream)
            self.assertEqual(auralis.get('/api/control')['params']['key'], 'Eb')


if __name__ == '__main__':
    station.main()
