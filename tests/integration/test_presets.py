"""The user's own presets: from the configuration to the ear, and what becomes of them when it changes."""

import json
import os
import subprocess
import tempfile
import unittest

import recording
import station

CONTROL = os.path.join(station.PROJECT, 'scripts', 'auralisctl')
DAWN = """
[preset dawn]
doc = Grey light, before anybody is up.
mode = lydian
bpm = 62
intensity = 0.35
mix.bell = 0.6
chords = 4
tint = 0.2
tint_mode = ionian
"""
DAWN_VALUES = {'mode': 'lydian', 'bpm': 62, 'intensity': 0.35, 'mix.bell': 0.6, 'mix.pad': 0.8, 'preset': 'dawn'}


class Presets(unittest.TestCase):
    def has(self, params, wanted):
        self.assertEqual({name: params.get(name) for name in wanted}, wanted)

    def ctl(self, auralis, *words, status=0):
        result = subprocess.run([CONTROL, '--dir', auralis.folder, *words], text=True, check=False,
                                timeout=station.TIMEOUT_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(result.returncode, status, result.stdout)
        return result.stdout

    @staticmethod
    def configuration(auralis):
        path = os.path.join(auralis.folder, 'auralis.conf')
        with open(path) as file:
            return path, file.read()

    def write_configuration(self, auralis, text):
        path, _ = self.configuration(auralis)
        with open(path, 'w') as file:
            file.write(text)

    def check_no_event_was_refused(self, auralis):
        metrics = auralis.get('/api/metrics')
        refused = {name: value for name, value in flat(metrics).items() if 'events_refused' in name}
        self.assertTrue(refused, metrics)
        self.assertEqual(set(refused.values()), {0}, refused)

    def check_phrases_follow_each_other(self, journal):
        """A phrase begins where the one before ends, or inside it."""
        end = 0
        for phrase in (event for event in journal if event['type'] == 'phrase'):
            self.assertLessEqual(phrase['start_frame'], end)
            end = phrase['start_frame'] + phrase['frames']

    def test_one_that_is_added_and_taken_away_while_the_station_plays(self):
        with station.Station('params.seed=42') as auralis:
            _, plain = self.configuration(auralis)
            listener = recording.Listener(auralis.url)
            self.assertIn('must be one of none, focus', self.ctl(auralis, 'preset', 'dawn', status=1))
            self.write_configuration(auralis, plain + DAWN)
            auralis.kill_and_wait('composerd')

            # composerd knows it; synthd and streamd read their configuration before it was there
            reply = json.loads(auralis.request({'v': 1, 'id': 'a', 'op': 'set', 'params': {'preset': 'dawn'}}))
            self.assertTrue(reply['ok'], reply)
            self.has(reply['params'], DAWN_VALUES)
            told = listener.wait_message('params', lambda value: value['params']['preset'] == 'dawn')
            self.has(told['params'], DAWN_VALUES)
            self.has(auralis.get('/api/control')['params'], DAWN_VALUES)
            self.check_no_event_was_refused(auralis)

            auralis.kill_and_wait('streamd')
            control = auralis.get('/api/control')
            self.assertIn({'name': 'dawn', 'doc': 'Grey light, before anybody is up.'}, control['presets'])
            self.assertEqual(control['schema']['properties']['preset']['enum'][-2:], ['bright', 'dawn'])
            self.ctl(auralis, 'preset', 'sleep')
            self.assertIn('heard from', self.ctl(auralis, 'preset', 'dawn'))
            self.has(auralis.get('/api/control')['params'], DAWN_VALUES)

            auralis.kill_and_wait('composerd')
            self.has(self.params_of(auralis), DAWN_VALUES)

            self.write_configuration(auralis, plain)
            auralis.kill_and_wait('composerd')
            self.assertIn('preset=dawn', auralis.output.wait('the preset is not in the configuration'))
            self.has(self.params_of(auralis), {**DAWN_VALUES, 'preset': 'none'})
            station.until(lambda: auralis.get('/api/control')['params'].get('preset') == 'none', 'streamd hears of it')
            self.assertTrue(auralis.control(preset='focus')['ok'])
            self.check_no_event_was_refused(auralis)
            listener.finish()
            self.assertEqual(listener.recording.missing, 0)
            journal = [json.loads(line) for line in auralis.journal()]
        self.assertIn('dawn', [event['preset'] for event in journal if event['type'] == 'params'])
        self.check_phrases_follow_each_other(journal)

    @staticmethod
    def params_of(auralis):
        """As composerd has them."""
        return json.loads(auralis.request({'v': 1, 'id': os.urandom(8).hex(), 'op': 'get'}))['params']

    def test_a_wrong_one_ends_the_station_with_its_line(self):
        with station.Station() as auralis:
            path, plain = self.configuration(auralis)
            line = (plain + DAWN).splitlines().index('bpm = 62') + 1
            self.write_configuration(auralis, (plain + DAWN).replace('bpm = 62', 'bpm = 130'))
            auralis.kill('composerd')
            auralis.output.wait(f'{path}:{line}: [preset dawn] bpm must be 60 to 120')
            self.assertEqual(auralis.process.wait(station.TIMEOUT_S), 78)

    def test_each_daemon_checks_and_shows_them(self):
        with tempfile.TemporaryDirectory(dir='/tmp') as folder:
            path = os.path.join(folder, 'own.conf')
            for text, status, says in ((DAWN, 0, ''),
                                       (DAWN.replace('bpm', 'tempo'), 78, ':5: [preset dawn] tempo is unknown'),
                                       (DAWN.replace('dawn', 'sleep'), 78, ':2: [preset sleep] comes with Auralis')):
                with open(path, 'w') as file:
                    file.write(text)
                for daemon in station.DAEMONS:
                    result = self.execute(daemon, '--config', path, '--check-config')
                    self.assertEqual(result.returncode, status, result.stdout)
                    self.assertIn(says and path + says, result.stdout)
            with open(path, 'w') as file:
                file.write(DAWN)
            for daemon in ('composerd', 'streamd'):
                shown = self.execute(daemon, '--config', path, '--print-config').stdout
                self.assertIn(f'bpm = 62    ; {path}:5\n', shown)
                self.assertIn('width = 0.5    ; default\n', shown)

    @staticmethod
    def execute(daemon, *arguments):
        return subprocess.run([station.program(daemon), *arguments], text=True, check=False, timeout=20,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def test_one_composes_into_a_pipe_and_a_synth_that_does_not_know_it_plays(self):
        sets = ('--seed', '42', '--minutes', '1', '--set', 'preset dawn.bpm=62')
        composed = station.compose(*sets, '--preset', 'dawn')
        self.has(json.loads(composed[0]), {'preset': 'dawn', 'bpm': 62})
        self.assertGreater(len(station.render(composed, '--frames', '44100').strip(b'\0')), 40000)
        habit = station.compose(*sets, '--set', 'preset dawn.chords=3', '--preset', 'dawn')
        self.assertEqual(habit[0], composed[0])
        self.assertNotEqual(habit[1:], composed[1:])


def flat(value, path=''):
    """The leaves of nested objects by their path."""
    if not isinstance(value, dict):
        return {path: value}
    return {name: leaf for key, inner in value.items() for name, leaf in flat(inner, f'{path}.{key}').items()}


if __name__ == '__main__':
    station.main()
