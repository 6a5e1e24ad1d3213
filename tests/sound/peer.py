"""What the sound costs, beside FluidSynth's own renderer with the same notes: in turns, as ratios.

Processor time is that of a whole process and of its children, start to end, but for what plays: there it is
what synthd alone takes while nobody listens, or FluidSynth while it plays into a file in real time. Whoever
wakes up again and again finds caches cold and processors asleep: so what plays live is compared with both,
and once more with its clock hurried, where it hardly sleeps.
"""

import dataclasses
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import wave

import takes

FONT = '/usr/share/sounds/sf2/FluidR3_GM.sf2'
LIVE_FROM_S, LIVE_WINDOW_S, LIVE_WINDOWS = 10, 20, 3
LIVE_UNTIL_S = LIVE_FROM_S + LIVE_WINDOWS * LIVE_WINDOW_S
LIVE_PERIOD_FRAMES = 4096  # of the peer that plays: synthd, too, wakes up for so many without a standby
HURRIED = 20  # times real time
LIVE_PAIRS = 4  # of renders of the peer a run, up to either end of those seconds: one pair says little


@dataclasses.dataclass
class Cost:
    cpu_s: float
    wall_s: float
    audio_s: float = 0
    voices_s: float = 0  # processor time of the voices alone, where that is known


@dataclasses.dataclass(frozen=True)
class Ratio:
    text: str
    values: list
    limit: float | None = None
    goal: float | None = None

    def broken(self):
        return self.limit is not None and statistics.median(self.values) > self.limit


def run(command, source=None):
    """(Cost, what it says) of a command."""
    began = time.monotonic()
    with subprocess.Popen(command, stdin=source or subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=said)
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began), said


def length_s(path):
    with wave.open(path) as file:
        return file.getnframes() / file.getframerate()


class Piece:
    """The same notes as a journal and as a MIDI file."""

    def __init__(self, order, parent):
        folder = tempfile.mkdtemp(dir=parent)
        self.journal, self.midi = (os.path.join(folder, name) for name in ('piece.jsonl', 'piece.mid'))
        self.out = os.path.join(folder, 'out.wav')
        with open(self.journal, 'wb') as file:
            file.write(takes.compose(order))
        subprocess.run([takes.program('composerd'), '--midi', self.midi, *takes.words(order)], check=True)

    def done(self, cost):
        cost.audio_s = length_s(self.out)
        os.unlink(self.out)
        return cost

    def ours(self):
        command = [takes.program('synthd'), '--render', self.out, '--set', 'log.level=debug', '--set',
                   f'synth.soundfont={FONT}']
        with open(self.journal, encoding='utf-8') as file:
            cost, said = run(command, file)
        cost.voices_s = int(re.search(r'voices_cpu_ms=(\d+)', said)[1]) / 1000
        return self.done(cost)

    def peers_words(self, period_frames, effects=True):
        """The command that has FluidSynth play the piece: into a file, live, unless -F follows."""
        options = {'synth.cpu-cores': 1, 'synth.polyphony': 256, 'synth.reverb.active': int(effects),
                   'synth.chorus.active': 0, 'audio.file.name': self.out}
        words = [word for name, value in options.items() for word in ('-o', f'{name}={value}')]
        return ['fluidsynth', '-ni', '-a', 'file', '-r', '44100', '-g', '0.5', '-z', str(period_frames), *words,
                FONT, self.midi]

    def peers(self, effects=True, period_frames=64):
        cost, _ = run([*self.peers_words(period_frames, effects), '-F', self.out])
        return self.done(cost)


def in_turns(piece, runs):
    """{name: [Cost]}: one of each, again and again, so that whatever else the machine does hits all."""
    kinds = {'ours': piece.ours, 'peer': piece.peers, 'dry': lambda: piece.peers(effects=False),
             'large': lambda: piece.peers(period_frames=4096)}
    found = {name: [] for name in kinds}
    for number in range(runs):
        for name, kind in kinds.items():
            found[name].append(kind())
        if sys.stderr.isatty():
            print(f'\rrendered {number + 1} of {runs} times', end='', file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return found


def ran_ns(path):
    with open(path, encoding='ascii') as file:
        return int(file.read().split()[0])


def ran_s(pid):
    """Processor time of all the threads that a process has now."""
    threads = os.listdir(f'/proc/{pid}/task')
    return sum(ran_ns(f'/proc/{pid}/task/{thread}/schedstat') for thread in threads) / 1e9


def windows_ms(pid, rate=1):
    """Processor time in ms of a process a second of what it plays, in windows."""
    found = []
    for _ in range(LIVE_WINDOWS):
        began, ran = time.monotonic(), ran_s(pid)
        time.sleep(LIVE_WINDOW_S / rate)
        found.append(1000 * (ran_s(pid) - ran) / (time.monotonic() - began) / rate)
    return found


def live_ms(order, rate=1):
    """That of synthd."""
    os.environ['AURALIS_BUILD'] = os.path.dirname(os.path.dirname(takes.program('synthd')))
    sys.path.append(os.path.join(takes.pieces.PROJECT, 'tests', 'integration'))
    import station
    preset = [] if order.preset == 'none' else [f'params.preset={order.preset}']
    with station.Station(f'params.seed={order.seed}', f'synth.soundfont={FONT}', f'station.clock_rate={rate}',
                         *preset) as auralis:
        with auralis.events('heartbeat') as beats:
            beats.wait(lambda beat: beat['frame'] >= LIVE_FROM_S * station.RATE_HZ)
            return windows_ms(auralis.pid('synthd'), rate)


def peers_live_ms(order, folder):
    """That of the peer while it plays the same piece into a file, in real time."""
    piece = Piece(dataclasses.replace(order, minutes=LIVE_UNTIL_S / 60), folder)
    command = piece.peers_words(LIVE_PERIOD_FRAMES)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            time.sleep(LIVE_FROM_S)
            return windows_ms(process.pid)
        finally:
            process.kill()


def peers_ms(order, folder, runs):
    """That of the peer while it renders the same seconds, as fast as it can: the difference of two files."""
    short, long = (Piece(dataclasses.replace(order, minutes=end_s / 60), folder)
                   for end_s in (LIVE_FROM_S, LIVE_UNTIL_S))
    found = []
    for _ in range(LIVE_PAIRS * runs):
        few, many = short.peers(), long.peers()
        found.append(1000 * (many.cpu_s - few.cpu_s) / (many.audio_s - few.audio_s))
    return found


def three(values, digits):
    return [f'{value:.{digits}f}' for value in (min(values), statistics.median(values), max(values))]


def lines(head, rows):
    """A table: texts to the left, numbers to the right."""
    widths = [max(len(str(row[column])) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, ['-' * width for width in widths], *rows):
        yield '| ' + ' | '.join(f'{cell:{">" if column else "<"}{width}}' for column, (cell, width) in
                                enumerate(zip(row, widths))) + ' |'


def show(preset, seed, minutes, runs):
    order = takes.Order(preset, seed, minutes)
    with tempfile.TemporaryDirectory(prefix='auralis-peer-') as folder:
        costs = in_turns(Piece(order, folder), runs)
        live, hurried = live_ms(order), live_ms(order, HURRIED)
        peers_live, alike = peers_live_ms(order, folder), peers_ms(order, folder, runs)
    alike_ms = statistics.median(alike)
    texts = {'ours': 'auralis-synthd --render', 'peer': 'fluidsynth -F, its reverb on',
             'large': 'the same in blocks of 4096', 'dry': 'fluidsynth -F, no effects'}
    rows = [[text, *three([cost.cpu_s for cost in costs[name]], 2),
             *three([cost.wall_s for cost in costs[name]], 2),
             f'{statistics.median(1000 * cost.cpu_s / cost.audio_s for cost in costs[name]):.1f}']
            for name, text in texts.items()]
    rows.append(['voices of --render', *three([cost.voices_s for cost in costs['ours']], 2), '', '', '',
                 f'{statistics.median(1000 * cost.voices_s / cost.audio_s for cost in costs["ours"]):.1f}'])
    print(f'{costs["ours"][0].audio_s:.0f} s of {preset}, seed {seed}, {runs} runs, '
          f'{os.cpu_count()} processors')
    print(*lines(['', 'CPU s, least', 'median', 'most', 'wall s, least', 'median', 'most', 'CPU ms/s'], rows),
          sep='\n')
    print()
    rows = [['synthd live', *three(live, 1)],
            [f'synthd live, hurried {HURRIED} times', *three(hurried, 1)],
            [f'fluidsynth live, in periods of {LIVE_PERIOD_FRAMES}', *three(peers_live, 1)],
            ['fluidsynth -F', *three(alike, 1)]]
    print(*lines([f'seconds {LIVE_FROM_S} to {LIVE_UNTIL_S}: CPU ms/s', 'least',
                  'median', 'most'], rows), sep='\n')
    print()
    pairs = list(zip(costs['ours'], costs['peer'], costs['dry'], costs['large']))
    ratios = [
        Ratio('voices / fluidsynth without effects, CPU', [a.voices_s / c.cpu_s for a, _, c, _ in pairs], 1.05),
        Ratio('--render / fluidsynth, CPU', [a.cpu_s / b.cpu_s for a, b, _, _ in pairs]),
        Ratio('--render / fluidsynth in blocks of 4096, CPU', [a.cpu_s / d.cpu_s for a, _, _, d in pairs]),
        Ratio('--render / fluidsynth, wall', [a.wall_s / b.wall_s for a, b, _, _ in pairs], 0.9, 0.6),
        Ratio('live / fluidsynth, CPU', [ms / alike_ms for ms in live], 1.5),
        Ratio('live, hurried / fluidsynth, CPU', [ms / alike_ms for ms in hurried]),
        Ratio('live / fluidsynth live, CPU', [a / b for a, b in zip(live, peers_live)]),
        Ratio('fluidsynth live / fluidsynth, CPU', [ms / alike_ms for ms in peers_live]),
    ]
    print(*lines(['ratio', 'least', 'median', 'most', 'limit', 'goal'],
                 [[('! ' if ratio.broken() else '') + ratio.text, *three(ratio.values, 2),
                   *(f'{value:.2f}' if value else '' for value in (ratio.limit, ratio.goal))]
                  for ratio in ratios]), sep='\n')
    return 1 if any(ratio.broken() for ratio in ratios) else 0
