"""A composition steered by a script is what the station journals that is steered so, and can be rendered."""

import json
import os
import subprocess
import tempfile
import unittest

import station

MINUTES = 3
LEAD_FRAMES = 13248 + 2240  # how far ahead of now timbre moves: lead_ms and a margin of 50 ms, in whole blocks
LOOK_BACK_FRAMES = 3 * station.RATE_HZ
LOOK_AHEAD_FRAMES = 4 * station.RATE_HZ
ONSET_FRAMES = 2240  # beats are written 25 ms after a bar line, and humanised by at most as much
STEPS = [
    {'at': 0, 'params': {'brightness': 0.9}},
    {'at': 20, 'params': {'key': 'E'}, 'origin': 'test'},
    {'at': 45.5, 'params': {'mode': 'dorian', 'bpm': 84}},
    {'at': 70, 'params': {'intensity': 0.9, 'mix.pad': 0.4}},
    {'at': 90, 'op': 'next'},
    {'at': 110, 'params': {'preset': 'meditation'}},
    {'at': 140, 'op': 'reseed'},
    {'at': 150, 'op': 'end', 'after_ms': 5000},
]
BAD = [
    ('x', 1, 'JSON'), ('[]', 1, 'object'), ('{"at":1}', 1, 'params'), ('{"op":"next"}', 1, 'at: is missing'),
    ('{"at":1,"op":"get"}', 1, 'next reseed end begin'), ('{"at":1,"op":"fly"}', 1, 'next reseed end begin'),
    ('{"at":1,"params":{"bpm":500}}', 1, '60 to 120'), ('{"at":1,"params":{"speed":1}}', 1, 'mix.pad'),
    ('{"at":2,"op":"next"}\n{"at":1,"op":"next"}', 2, '2 to 180'), ('{"at":181,"op":"next"}', 1, '0 to 180'),
    ('{"at":2,"op":"next"}\n\n{"at":3,"op":"end","after_ms":-1}\n', 3, 'after_ms'),
]


def run(script, *arguments):
    """(status, output, errors) of --compose with a script: text, or a list of steps."""
    text = script if isinstance(script, str) else ''.join(json.dumps(step) + '\n' for step in script)
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl') as file:
        file.write(text)
        file.flush()
        result = subprocess.run([station.program('composerd'), '--compose', '--seed', '42', '--minutes', str(MINUTES),
                                 '--script', file.name, *arguments], check=False, text=True, capture_output=True)
        return result.returncode, result.stdout, result.stderr.replace(file.name, 'FILE')


def compose(script, *arguments):
    """The journal's lines."""
    status, output, errors = run(script, *arguments)
    if status != 0:
        raise AssertionError(errors)
    return output.splitlines()


def last_change(lines):
    return [event for event in map(json.loads, lines) if event['type'] == 'params'][-1]


def heard_within(step, change):
    """How soon after effective_frame a step must be heard."""
    music = step.get('op') == 'next' or set(step.get('params', {})) & {'key', 'mode', 'bpm'}
    return ONSET_FRAMES if music else station.BLOCK_FRAMES + ONSET_FRAMES + change['glide_frames']


def without_run(event):
    return {name: value for name, value in event.items() if name not in ('run', 'stream')}


class Script(unittest.TestCase):
    def test_the_same_script_gives_the_same_bytes_and_an_empty_one_changes_nothing(self):
        self.assertEqual(compose(STEPS), compose(STEPS))
        self.assertEqual(compose(''), station.compose('--seed', '42', '--minutes', str(MINUTES)))

    def test_each_change_is_heard_from_its_effective_frame_on_and_not_before(self):
        rows, faults = [], []
        steps = [step for step in STEPS if step.get('op') not in ('reseed', 'end')]
        for number, step in enumerate(steps, 1):
            before, after = compose(STEPS[:number - 1]), compose(STEPS[:number])
            change = last_change(after)
            first = change['effective_frame']
            begin = max(0, first - LOOK_BACK_FRAMES)
            audio = [station.render(lines, '--from', str(begin), '--frames', str(first - begin + LOOK_AHEAD_FRAMES))
                     for lines in (before, after)]
            differs = station.first_difference(*audio)
            later = None if differs is None else begin + differs - first
            asked = ' '.join(f'{name}={value}' for name, value in step.get('params', {'op': step.get('op')}).items())
            rows.append([asked, step['at'], first, later])
            if later is None or not 0 <= later <= heard_within(step, change):
                faults.append(rows[-1])
        station.table(['change', 'asked at s', 'effective frame', 'first that differs, frames later'], *rows)
        self.assertEqual(faults, [])

    def test_what_is_wrong_is_refused_by_its_line_before_anything_is_printed(self):
        for text, line, said in BAD:
            with self.subTest(text):
                status, output, errors = run(text)
                self.assertEqual(status, 78, errors)
                self.assertEqual(output, '')
                self.assertIn(f'FILE:{line}: ', errors)
                self.assertIn(said, errors)
        for arguments in (['--compose', '--script', '/nonexistent'], ['--script', os.devnull]):
            result = subprocess.run([station.program('composerd'), *arguments], check=False, capture_output=True,
                                    timeout=station.TIMEOUT_S)
            self.assertEqual((result.returncode, result.stdout), (78, b''))

    def test_a_midi_file_follows_the_script(self):
        with tempfile.TemporaryDirectory() as folder:
            data = []
            for script in ('', STEPS):
                path = os.path.join(folder, 'music.mid')
                compose(script, '--midi', path)
                with open(path, 'rb') as file:
                    data.append(file.read())
        self.assertEqual([text[:4] for text in data], [b'MThd', b'MThd'])
        self.assertNotEqual(*data)

    def test_a_station_that_is_asked_at_those_times_journals_the_same_lines(self):
        asked = [{'brightness': 0.2, 'key': 'D'}, {'intensity': 0.8}, {'mix.pad': 0, 'mode': 'lydian'},
                 {'brightness': 0.7, 'bpm': 72, 'key': 'E'}]
        with station.Station('params.seed=42', 'params.bpm=60') as auralis:
            frame = int(2.5 * station.RATE_HZ)
            for change in asked:  # within a bar of 4 s, a second after the station has looked what to compose
                station.until(lambda at=frame: auralis.ring().due() >= at, 'the moment has come')
                reply = json.loads(auralis.request({'op': 'set', 'params': change, 'origin': 'test'}))
                self.assertTrue(reply['ok'], reply)
                frame += 4 * station.RATE_HZ
            live = [without_run(json.loads(line)) for line in auralis.journal()]
        steps = []
        for change, event in zip(asked, [event for event in live if event['type'] == 'params'][1:]):
            steps.append({'at': (event['effective_frame'] - LEAD_FRAMES) / station.RATE_HZ, 'params': change,
                          'origin': 'test'})
        printed = [without_run(json.loads(line)) for line in compose(steps, '--set', 'params.bpm=60')]
        changes = [index for index, event in enumerate(live) if event['type'] == 'params']
        compared = changes[-1] + 2  # a phrase of the last change
        self.assertEqual(live[:compared], printed[:compared])
        station.table(['changes of a live station', 'journal lines compared', 'lines that differ'],
                      [len(changes) - 1, compared, 0])


if __name__ == '__main__':
    station.main()
