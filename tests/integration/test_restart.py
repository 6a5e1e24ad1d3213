"""SIGKILL of composerd at random points of an hour of music: the same events as without.

It runs alone, at a rate of the clock at which the hour passes in a minute.
"""

import json
import os
import random
import subprocess
import time
import types
import unittest

import station

SEED = '42'  # of the music; that of the moments is drawn anew, and printed
CLOCK_RATE = 60
MINUTES = station.short_or_full(10, 60)
KILLS = station.short_or_full(6, 20)
STEERED_KILLS = station.short_or_full(6, 20)
# After some kills comes another one so soon (in the station's time) that it may meet the start.
SOON_S = 3
REPLY_S = 0.02  # in such a time (the machine's) a request is carried out, or about to be


class Composer(station.Station):
    """composerd alone in a folder of its own, with the clock of the tests."""

    def start(self, wait=True):
        self.process = subprocess.Popen(
            [station.program('composerd'), '--config', os.devnull, '--set', f'station.dir={self.folder}',
             '--set', f'station.clock_rate={CLOCK_RATE}', *self.settings],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output = station.Lines(self.process.stdout)
        self.place = types.SimpleNamespace(bus=os.path.join(self.folder, 'bus'))
        if wait:
            self.epoch_ns = int(self.wait_event('heartbeat')['epoch']['monotonic_ns'])
        return self

    def restart(self):
        """SIGKILL, and the next one is started at once."""
        self.process.kill()
        self.process.wait(station.TIMEOUT_S)
        self.output.thread.join(station.TIMEOUT_S)
        self.process.stdout.close()
        self.start(wait=False)

    def wait_frame(self, frame):
        """Waits until a frame is due."""
        due_ns = self.epoch_ns + frame * 10**9 // station.RATE_HZ
        left_s = (due_ns - time.clock_gettime_ns(time.CLOCK_MONOTONIC) * CLOCK_RATE) / 1e9 / CLOCK_RATE
        time.sleep(max(0, left_s))

    def events_in_journal(self):
        return [json.loads(line) for line in self.journal()]

    def wait_journal(self, frame):
        """The journal, once it reaches that far."""
        def reaches():
            events = self.events_in_journal()
            return events if max(map(end_of, phrases_in(events)), default=0) >= frame else None
        return station.until(reaches, f'the journal reaches frame {frame}', station.TIMEOUT_S)

    def present(self):
        """The answer to `get`: the parameters, and when they came into effect."""
        reply = json.loads(self.request({'v': 1, 'id': '', 'op': 'get'}))
        return reply['params'], reply['effective_frame']


def phrases_in(events):
    return [event for event in events if event['type'] == 'phrase']


def end_of(phrase):
    return phrase['start_frame'] + phrase['frames']


def without_run(event):
    """A phrase without what differs between runs and streams."""
    return {name: value for name, value in event.items() if name not in ('run', 'n', 'stream')}


def twice(phrases):
    """Of the phrases published more than once: how many, and how many of them as something else."""
    first, again, altered = {}, 0, 0
    for phrase in phrases:
        if phrase['phrase'] in first:
            again += 1
            altered += without_run(phrase) != without_run(first[phrase['phrase']])
        first.setdefault(phrase['phrase'], phrase)
    return again, altered


def broken_promises(events):
    """Phrases that take the timeline over without a change that wants it, or leave a hole in it."""
    end, change, wanted, broken = 0, 0, False, []
    for event in events:
        if event['type'] == 'params':  # each file of the journal begins with the last one again
            wanted = wanted or event['change'] > change
            change = event['change']
        elif event['start_frame'] > end or event['start_frame'] < end and not wanted:
            broken.append(event['phrase'])
        elif event['start_frame'] < end:
            wanted = False
        if event['type'] == 'phrase':
            end = end_of(event)
    return broken


def draw_moments(dice, kills, end_s):
    """Seconds of the station, ascending; a quarter of them soon after another."""
    far = [dice.uniform(1, end_s) for _ in range(kills - kills // 4)]
    return sorted(far + [moment + dice.uniform(0, SOON_S) for moment in dice.sample(far, kills // 4)])


class Restart(unittest.TestCase):
    def setUp(self):
        self.seed = random.randrange(10**6)
        self.dice = random.Random(self.seed)
        print(f'\nmoments drawn with seed {self.seed}', flush=True)

    def test_a_restart_at_random_points_of_an_hour_gives_the_same_events_as_without(self):
        end_frame = MINUTES * 60 * station.RATE_HZ
        heard = []
        with Composer(f'params.seed={SEED}') as composer:
            with composer.events('phrase') as events:
                for number, moment_s in enumerate(draw_moments(self.dice, KILLS, MINUTES * 60)):
                    composer.wait_frame(int(moment_s * station.RATE_HZ))
                    heard += iter(events.next, None)  # what is unread is lost with the connection
                    if number % 4 == 0:
                        heard.append(events.wait())  # as it is being published
                    composer.restart()
                composer.wait_frame(end_frame)
                journal = composer.wait_journal(end_frame)
                heard += iter(events.next, None)
        phrases = phrases_in(journal)
        again, altered = twice(phrases + heard)
        played = {phrase['phrase']: without_run(phrase) for phrase in phrases}
        printed = phrases_in(map(json.loads, station.compose('--seed', SEED, '--minutes', str(MINUTES))))
        missing = [phrase['phrase'] for phrase in printed if phrase['phrase'] not in played]
        differ = [phrase['phrase'] for phrase in printed
                  if phrase['phrase'] in played and played[phrase['phrase']] != without_run(phrase)]
        station.table(['minutes of music', 'kills', 'runs that published', 'phrases', 'missing', 'differ',
                       'journaled twice', 'heard on the bus', 'published as something else'],
                      [MINUTES, KILLS, len({phrase['run'] for phrase in phrases}), len(printed), len(missing),
                       len(differ), twice(phrases)[0], len(heard), altered])
        self.assertEqual((missing, differ, altered), ([], [], 0))
        self.assertEqual(broken_promises(phrases), [])
        self.assertGreater(len(heard), 0)
        self.assertGreaterEqual(again, len(heard), 'what was heard stands in the journal')

    def steer(self, composer, number, key):
        """Asks for a key or an intensity and kills; the reply, or None when the kill came before one."""
        change = {'key': key} if number % 2 else {'intensity': round(self.dice.uniform(0.1, 0.9), 3)}
        request = {'v': 1, 'id': f'steer-{number}', 'op': 'set', 'params': change, 'origin': 'test'}
        waits = number % 4 < 2
        reply = composer.request(request, station.TIMEOUT_S if waits else self.dice.uniform(0, REPLY_S))
        before = composer.events_in_journal()
        composer.restart()
        return change, json.loads(reply) if reply else None, before

    def test_what_was_published_before_a_kill_holds_after_it_while_the_station_is_steered(self):
        faults, replies = [], 0
        with Composer(f'params.seed={SEED}') as composer:
            moments = draw_moments(self.dice, STEERED_KILLS, MINUTES * 60)
            for number, moment_s in enumerate(moments):
                composer.wait_frame(int(moment_s * station.RATE_HZ))
                key = self.dice.choice('CDEFGAB')
                change, reply, before = self.steer(composer, number, key)
                params, effective_frame = composer.present()
                after = composer.events_in_journal()
                told = [event for event in after if event['type'] == 'params'][-1]
                replies += reply is not None
                if after[:len(before)] != before:
                    faults.append((number, 'the journal is another one'))
                if reply and (reply['params'], reply['effective_frame']) != (params, effective_frame):
                    faults.append((number, change, reply, params))
                if ({name: told[name] for name in params}, told['effective_frame']) != (params, effective_frame):
                    faults.append((number, change, told, params))
            end_frame = max(MINUTES * 60 * station.RATE_HZ, effective_frame)
            composer.wait_frame(end_frame)
            journal = composer.wait_journal(end_frame)
        phrases = phrases_in(journal)
        again, altered = twice(phrases)
        broken = broken_promises(journal)
        station.table(['minutes of music', 'kills', 'replies before the kill', 'changes journaled', 'phrases',
                       'journaled twice', 'as something else', 'changes lost', 'phrases that break a promise'],
                      [MINUTES, STEERED_KILLS, replies, len({event['change'] for event in journal if event['type'] == 'params'}) - 1,
                       len(phrases), again, altered, len(faults), len(broken)])
        self.assertEqual((faults, altered, broken), ([], 0, []))
        self.assertEqual(phrases[-1]['key'], params['key'])


if __name__ == '__main__':
    station.main()
