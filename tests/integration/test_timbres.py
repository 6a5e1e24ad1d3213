"""Timbres and fonts: changed while the station plays, without a hole; broken ones are left alone."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import unittest

import recording
import station

STEP_WINDOW_FRAMES = 2 * station.RATE_HZ
CUTS = station.short_or_full(20, 100)
MUTATIONS = station.short_or_full(30, 300)
TEXTURE = os.path.join(station.BUILD, 'synthd', 'auralis-texture.sf2')
CHANGES = ('[timbre pad]\nprogram = 91\nlevel_db = -3\nsway = 1\n',
           '[timbre pad]\nfont = texture\n[timbre lead]\nprogram = 11\n',
           '[timbre lead]\nbetween = linear\nlevel_db = -6\n')


class Timbres(unittest.TestCase):
    def reload(self, auralis, text, expected):
        """Writes other settings behind the station's own, asks synthd to reload, waits for a line it says."""
        path = os.path.join(auralis.folder, 'auralis.conf')
        if not hasattr(self, 'own'):
            with open(path) as file:
                self.own = file.read()
        with open(path, 'w') as file:
            file.write(self.own + text)
        os.kill(auralis.pid('synthd'), signal.SIGHUP)
        return auralis.output.wait(expected)

    def test_a_reload_changes_what_plays_without_a_hole_or_a_click(self):
        with station.Station('params.seed=7', 'params.intensity=0.8') as auralis:
            pid = auralis.pid('synthd')
            listener = recording.Listener(auralis.url)
            listener.wait_seconds(2)
            moments = []
            for text in CHANGES:
                moments.append(auralis.published())
                self.reload(auralis, text, 'read again')
                listener.wait_seconds(2)
            heard = listener.finish()
            journal = auralis.journal()
            self.assertEqual(auralis.pid('synthd'), pid)
            self.assertEqual(auralis.get('/api/status')['degraded'], [])
        self.assertEqual((heard.missing, heard.repeated, listener.faults), (0, 0, []))
        before = station.render(journal, '--from', str(heard.first), '--frames',
                                str((len(heard.data) // station.FRAME_BYTES)))
        differs = heard.first + station.first_difference(before, bytes(heard.data))
        station.table(['changes', 'missing', 'repeated', 'first asked at frame', 'first that differs, frames later'],
                      [len(CHANGES), heard.missing, heard.repeated, moments[0], differs - moments[0]])
        self.assertGreaterEqual(differs, moments[0])
        self.assertLess(differs, moments[1])
        self.assertLess(heard.largest_step(differs, STEP_WINDOW_FRAMES),
                        2 * heard.largest_step(heard.first, differs - heard.first))

    def test_what_cannot_be_reloaded_leaves_everything_as_it_is(self):
        with station.Station('params.seed=7') as auralis:
            fonts = auralis.get('/api/status')['soundfonts']
            wrong = (('[timbre pad]\nprogram = 200\n', 'cannot reload the configuration', '0 to 127'),
                     ('[synth]\nsoundfont = /etc/hostname\n', 'cannot reload the voices', '/etc/hostname'),
                     ('[timbre bass]\nbank = 99\n', 'cannot reload the voices', 'no program'))
            for text, said, reason in wrong:
                with self.subTest(said):
                    self.assertIn(reason, self.reload(auralis, text, said))
            status = auralis.get('/api/status')
            self.assertEqual((status['audio'], status['degraded'], status['soundfonts']), ('flowing', [], fonts))
            self.reload(auralis, '[timbre pad]\nprogram = 91\n', 'read again')

    def test_fonts_are_named_with_their_licences(self):
        with station.Station() as auralis:
            fonts = auralis.get('/api/status')['soundfonts']
            shown = subprocess.run([os.path.join(station.PROJECT, 'scripts', 'auralisctl'), '--dir', auralis.folder,
                                    'status'], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertEqual([os.path.basename(font['path']) for font in fonts], ['FluidR3_GM.sf2', 'auralis-texture.sf2'])
        for font in fonts:
            self.assertIn('MIT', font['licence'])
            self.assertTrue(font['attribution'])
            self.assertIn(font['path'], shown)
            self.assertIn(font['attribution'], shown)


class BadFonts(unittest.TestCase):
    """The texture font, cut and bent, in the place of the General MIDI font."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='auralis-test-', dir='/tmp')
        cls.lines = station.compose('--seed', '1', '--minutes', '0.2')
        with open(TEXTURE, 'rb') as file:
            cls.font = file.read()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def play(self, font):
        """Half a second with the bytes as a font; what was said."""
        path = os.path.join(self.folder, 'font.sf2')
        with open(path, 'wb') as file:
            file.write(font)
        result = subprocess.run([station.program('synthd'), '--render', '-', '--frames', '22050', '--set',
                                 f'synth.soundfont={path}'], input=('\n'.join(self.lines) + '\n').encode(),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=station.TIMEOUT_S, check=False)
        said = result.stderr.decode()
        self.assertEqual((result.returncode, len(result.stdout)), (0, 22050 * station.FRAME_BYTES), said)
        return said

    def test_a_font_that_is_cut_off_is_refused_and_the_texture_font_plays(self):
        dice = random.Random(1)
        for _ in range(CUTS):
            self.assertRegex(self.play(self.font[:dice.randrange(len(self.font))]), 'cannot be used: it ')

    def test_a_font_with_wrong_bytes_does_no_harm(self):
        dice = random.Random(2)
        tables = self.font.index(b'pdta')
        refused = 0
        for _ in range(MUTATIONS):
            bent = bytearray(self.font)
            for _ in range(3):
                bent[dice.randrange(tables, len(bent))] = dice.randrange(256)
            refused += 'cannot be used' in self.play(bent)
        station.table(['fonts with 3 wrong bytes in their tables', 'refused', 'played'],
                      [MUTATIONS, refused, MUTATIONS - refused])


if __name__ == '__main__':
    station.main()
