"""What the journal holds of an installed station: events with their fields, explained, and few of them."""

import json
import time
import unittest

import installed
from installed import until

CONFIGURATION = '/etc/auralis/auralis.conf'


class Journal(installed.Test):
    def entries(self, *words):
        """What the daemons themselves have said, each entry with all its fields, oldest first."""
        names = [word for unit in installed.DAEMONS for word in ('--identifier', f'auralis-{unit}')]
        lines = self.machine.output('journalctl', '--boot', '--output=json', *names, *words).splitlines()
        return [json.loads(line) for line in lines if line.startswith('{')]

    def events(self, name):
        return [entry for entry in self.entries() if entry.get('AURALIS_EVENT') == name]

    def test_events_have_their_fields_and_come_from_the_sandboxed_daemons_themselves(self):
        stream = self.machine.get('/api/status')['stream']
        for name, unit in (('stream_born', 'composerd'), ('synth_joined', 'synthd'), ('audio_flowing', 'streamd')):
            with self.subTest(name):
                entry = self.events(name)[0]
                self.assertEqual(entry['AURALIS_STREAM'], stream)
                self.assertTrue(entry['AURALIS_FRAME'].isdigit())
                self.assertEqual(entry['AURALIS_STATION'], 'main')
                self.assertEqual(entry['_TRANSPORT'], 'journal')
                self.assertEqual(entry['PRIORITY'], '6')
                self.assertEqual(entry['SYSLOG_IDENTIFIER'], f'auralis-{unit}')
                self.assertEqual(entry['CODE_FILE'].split('/')[0], unit)
                self.assertRegex(entry['MESSAGE_ID'], '^[0-9a-f]{32}$')

    def test_the_journal_explains_them(self):
        self.machine.run('journalctl', '--update-catalog')
        text = self.machine.output('journalctl', '--boot', '--catalog', '--no-pager', 'AURALIS_EVENT=stream_born')
        self.assertIn('Subject: A new stream was born', text)
        self.assertIn('What to do: ', text)

    def test_while_all_is_well_nobody_says_anything(self):
        cursor = self.machine.journal('--show-cursor', '--lines=1').splitlines()[-1].removeprefix('-- cursor: ')
        for n in range(20):
            self.machine.http('/api/control', body={'brightness': n / 20})
            self.machine.http('/api/control', body={'bpm': 1000})
            self.machine.http('/nothing')
        time.sleep(2)  # whoever has something to say has said it
        self.assertIn('audio flows', self.machine.journal('--unit=auralis*'))
        self.assertEqual(self.machine.journal('--quiet', '--unit=auralis*', f'--after-cursor={cursor}'), '')

    def test_who_is_missed_is_said_and_that_it_is_back(self):
        self.machine.systemctl('stop', 'auralis-composerd')
        until(lambda: self.events('peer_away'), 'composerd is missed')
        self.machine.systemctl('start', 'auralis-composerd')
        entry = until(lambda: self.events('peer_back'), 'it is back')[0]
        self.assertEqual(entry['AURALIS_PEER'], 'composerd')
        self.assertGreaterEqual(int(entry['AURALIS_LASTED_S']), 1)
        self.assertTrue(self.events('stream_resumed'))

    def test_a_configuration_that_is_refused_is_an_error_with_its_reason(self):
        self.addCleanup(self.machine.systemctl, 'restart', 'auralis-composerd')
        self.addCleanup(self.machine.write, CONFIGURATION, '')
        self.machine.write(CONFIGURATION, '[params]\nbpm = 500\n')
        self.machine.systemctl('restart', 'auralis-composerd', check=False)
        entry = until(lambda: self.events('config_invalid'), 'it is said')[-1]
        self.assertEqual(entry['PRIORITY'], '3')
        self.assertIn('bpm must be 60 to 120', entry['MESSAGE'])


if __name__ == '__main__':
    installed.main()
