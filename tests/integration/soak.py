#!/usr/bin/python3
"""Plays a station for long and watches that nothing grows, drifts or is late; see scripts/soak --help."""

import argparse
import os
import sys
import time

import listeners
import station

STEERS_S = 5       # seconds of the station between two changes: the journal reaches its bound in 6 hours
SAMPLES, TOLD_EVERY = 48, 8  # of the figures; one lasts a second to a minute of the machine
LEAD_MS = 2000     # a fast station's: 100 ms of the machine at 20 times real time
JOURNAL_MAX_BYTES = (64 << 20) + (256 << 10)  # journal.h: the bound, and the file that is written
COLUMNS = ['hours', 'RSS MB, composerd', 'synthd', 'streamd', 'descriptors', 'shm KiB', 'journal MiB', 'missing',
           'repeated', 'altered', 'late blocks', 'p99 ms', 'longest ms', 'drift ms']


def read_line(path, name):
    with open(path) as file:
        return next(line for line in file if line.startswith(name))


def size_of(entry):
    """Of a file that may just have been dropped."""
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return 0


class Sample:
    """What a station has taken at one moment, and what was heard since the one before."""

    def __init__(self, soak):
        auralis, heard = soak.auralis, soak.crowd.report()
        pids = {daemon: auralis.pid(daemon) for daemon in station.DAEMONS}
        self.hours, self.pids = soak.hours(), pids
        self.rss_mb = [int(read_line(f'/proc/{pid}/status', 'VmRSS:').split()[1]) / 1024 for pid in pids.values()]
        self.descriptors = sum(len(os.listdir(f'/proc/{pid}/fd')) for pid in pids.values())
        self.shm_kib = sum(os.stat(path).st_blocks for path in soak.segments()) / 2
        folder = os.path.join(auralis.folder, 'state', 'journal')
        self.journal_mib = sum(map(size_of, os.scandir(folder))) / (1 << 20)
        self.late_blocks = soak.metric('synthd_underruns_total')
        self.heard = heard
        self.offset_s = soak.samples[-1].offset_s if heard['offset_s'] is None else heard['offset_s']

    def row(self, first):
        heard = self.heard
        return [f'{self.hours:.2f}', *(f'{mb:.1f}' for mb in self.rss_mb), self.descriptors, f'{self.shm_kib:.0f}',
                f'{self.journal_mib:.2f}', heard['missing'], heard['repeated'], heard['altered'],
                self.late_blocks - first.late_blocks, f'{heard["p99_ms"]:.0f}', f'{heard["max_ms"]:.0f}',
                f'{(self.offset_s - first.offset_s) * 1000:+.3f}']


class Soak:
    """A station that plays so many times faster than real time, steered all the time."""

    def __init__(self, rate, hours, n_listeners, tells=None):
        self.rate, self.wanted_hours, self.n_listeners = rate, hours, n_listeners
        self.tells = tells or (lambda sample: None)
        self.samples, self.changes, self.unanswered = [], 0, 0

    def run(self):
        settings = [f'station.clock_rate={self.rate}']
        if self.rate > 1:
            settings.append(f'station.lead_ms={LEAD_MS}')
        with station.Station(*settings) as self.auralis, \
                listeners.Crowd(self.auralis.url, self.auralis.place.ring, self.n_listeners, self.rate) as self.crowd:
            self.crowd.hear(2)
            self.began = time.monotonic()
            self.crowd.report()
            self.lateness = self.play()
        return self

    def play(self):
        """Samples until the hours are over; what the streamer says of lateness in the end."""
        every_h = max(self.rate / 3600, min(self.wanted_hours / SAMPLES, self.rate / 60))
        while self.hours() < self.wanted_hours:
            until_h = (len(self.samples) + 1) * every_h
            while self.hours() < until_h:
                self.steer()
                time.sleep(STEERS_S / self.rate)
            self.samples.append(Sample(self))
            self.tells(self)
        return self.auralis.get('/api/metrics')['latency']['chunk_lateness']

    def hours(self):
        """Of the station, since everything was warm."""
        return (time.monotonic() - self.began) * self.rate / 3600

    def steer(self):
        """A change; one that is not answered within 2 s of the station, 100 ms at 20 times, is counted."""
        self.changes += 1
        reply = self.auralis.control(intensity=(self.changes % 10 + 1) / 11)
        if not reply['ok']:
            self.unanswered += 1
            if reply['code'] != 'composerd_away':
                raise AssertionError(reply)

    def segments(self):
        path = self.auralis.place.ring
        return [path + end for end in ('', '.new', '.bad') if os.path.exists(path + end)]

    def metric(self, name):
        text = self.auralis.http('/metrics')[1]
        return int(next(line for line in text.splitlines() if line.startswith(f'auralis_{name} ')).split()[1])

    # ---- what came of it ----

    def settled(self):
        """The samples of the second half: by then all caches and tables are as full as they get."""
        return self.samples[len(self.samples) // 2:]

    def grown_mb(self):
        """How much each daemon's memory grew in the second half."""
        before, after = self.settled()[0], self.settled()[-1]
        return [b - a for a, b in zip(before.rss_mb, after.rss_mb)]

    def drift_ms_an_hour(self):
        """The machine's milliseconds, an hour of the station (of less than one: all of it)."""
        before, after = self.samples[0], self.samples[-1]
        return abs(after.offset_s - before.offset_s) * 1000 / max(after.hours - before.hours, 1)

    def total(self, name):
        return sum(sample.heard[name] for sample in self.samples)

    def report(self):
        first = self.samples[0]
        rows = [sample.row(first) for sample in self.samples]
        shown = rows[::max(1, len(rows) // 12)]
        station.table(COLUMNS, *shown, *([rows[-1]] if rows[-1] is not shown[-1] else []))
        station.table(['soak', 'times real time', 'hours', 'changes', 'unanswered', 'missing', 'repeated', 'altered', 'late blocks',
                       'grown MB', 'drift ms an hour', 'lateness of a chunk ms, p99'],
                      ['', f'{self.rate:g}', f'{self.samples[-1].hours:.2f}', self.changes, self.unanswered, self.total('missing'),
                       self.total('repeated'), self.total('altered'),
                       self.samples[-1].late_blocks - first.late_blocks,
                       ' '.join(f'{mb:+.2f}' for mb in self.grown_mb()), f'{self.drift_ms_an_hour():.3f}',
                       f'{self.lateness["p99"] / self.rate:.1f}'])

    def faults(self, quiet=True):
        """What must not be, as texts; how late and how steady only where the machine is quiet."""
        samples = self.settled()
        found = [f'{name}: {self.total(name)}' for name in ('missing', 'repeated', 'altered', 'streams')
                 if self.total(name)]
        found += [fault for sample in self.samples for fault in sample.heard['faults']]
        found += ['too much could not be compared'] if self.total('unchecked') > self.total('checked') / 100 else []
        found += ['a daemon was replaced'] if self.samples[-1].pids != self.samples[0].pids else []
        found += ['descriptors grew'] if samples[-1].descriptors > samples[0].descriptors else []
        found += ['shared memory grew'] if samples[-1].shm_kib > samples[0].shm_kib else []
        found += ['the journal is over its bound'] if samples[-1].journal_mib * (1 << 20) > JOURNAL_MAX_BYTES else []
        if quiet:
            late = samples[-1].late_blocks - self.samples[0].late_blocks
            found += [f'late blocks: {late}'] if late else []
            found += ['changes were not answered'] if self.unanswered > self.changes / 1000 else []
            found += ['memory grew'] if max(self.grown_mb()) > 1 else []
            found += ['it drifts'] if self.drift_ms_an_hour() >= 1 else []
        return found


def tell(soak):
    """A line of progress: on a terminal over the one before, elsewhere now and then."""
    sample, terminal = soak.samples[-1], sys.stdout.isatty()
    if not terminal and len(soak.samples) % TOLD_EVERY:
        return
    share = min(1, sample.hours / soak.wanted_hours)
    left_s = (soak.wanted_hours - sample.hours) * 3600 / soak.rate
    bar = '#' * round(share * 24)
    print(f'[{bar:24}] {sample.hours:5.2f} h, {max(0, left_s) / 60:3.0f} min left, '
          f'RSS {sum(sample.rss_mb):.0f} MB, journal {sample.journal_mib:.1f} MiB, '
          f'missing {soak.total("missing")}, late {sample.late_blocks - soak.samples[0].late_blocks}  ',
          end='\r' if terminal else '\n', flush=True)


def draw(soak, path):
    """The figures over the hours, as a picture (SVG)."""
    series = {'RSS MB': [sum(sample.rss_mb) for sample in soak.samples],
              'journal MiB': [sample.journal_mib for sample in soak.samples],
              'longest ms between chunks': [sample.heard['max_ms'] for sample in soak.samples],
              'drift us': [(sample.offset_s - soak.samples[0].offset_s) * 1e6 for sample in soak.samples]}
    hours, parts = [sample.hours for sample in soak.samples], []
    for n, (name, values) in enumerate(series.items()):
        low, high = min(0, *values), max(*values, 1e-9)
        points = ' '.join(f'{40 + 700 * x / hours[-1]:.1f},{100 + 120 * n - 90 * (y - low) / (high - low):.1f}'
                          for x, y in zip(hours, values))
        parts.append(f'<polyline fill="none" stroke="#357" points="{points}"/>'
                     f'<text x="40" y="{22 + 120 * n}">{name}: {low:.1f} to {high:.1f}</text>')
    with open(path, 'w') as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" width="780" height="500" font-family="sans-serif" '
                   f'font-size="12">{"".join(parts)}<text x="40" y="490">{hours[-1]:.1f} hours</text></svg>\n')


def main():
    parser = argparse.ArgumentParser(prog='scripts/soak', description=__doc__.split(';')[0] + '.')
    parser.add_argument('--rate', type=float, default=20, help='times real time, 1 to 100 (default: 20)')
    parser.add_argument('--hours', type=float, default=8, help='of the station (default: 8)')
    parser.add_argument('--listeners', type=int, default=1, help='that check every frame (default: 1)')
    parser.add_argument('--picture', metavar='FILE', help='draw the figures as SVG')
    arguments = parser.parse_args()
    soak = Soak(arguments.rate, arguments.hours, arguments.listeners, tell).run()
    soak.report()
    if arguments.picture:
        draw(soak, arguments.picture)
    for fault in soak.faults():
        print(f'soak: {fault}', file=sys.stderr)
    return 1 if soak.faults() else 0


if __name__ == '__main__':
    sys.exit(main())
