"""Has pieces composed, and measures many of them on two cores."""

import dataclasses
import multiprocessing
import os
import subprocess
import sys

import damage
import journal
import limits
import measures

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRESETS = ('focus', 'meditation', 'sleep', 'bright')
SEEDS = (1, 2, 3)
MINUTES = 60
WORKERS = 2


@dataclasses.dataclass(frozen=True)
class Order:
    """A piece to be measured: composed, or read from a journal; damaged on request."""
    composer: str = ''
    preset: str = ''
    seed: int = 1
    minutes: float = MINUTES
    settings: tuple = ()
    file: str = ''
    damage: str = ''

    @property
    def label(self):
        return os.path.basename(self.file) if self.file else f'{self.preset} {self.seed}'


def find_composer():
    """The composer of AURALIS_BUILD, else of the first build there is."""
    build = os.environ.get('AURALIS_BUILD')
    builds = [build] if build else [os.path.join(PROJECT, 'build', name) for name in ('release', 'dev')]
    paths = [os.path.join(folder, 'composerd', 'auralis-composerd') for folder in builds]
    return next((path for path in paths if os.path.exists(path)), paths[0])


def lines_of(order):
    if order.file:
        with open(order.file, encoding='utf-8') as file:
            return file.readlines()
    preset = ['--preset', order.preset] if order.preset else []
    settings = [word for setting in order.settings for word in ('--set', setting)]
    result = subprocess.run([order.composer, '--compose', '--seed', str(order.seed), '--minutes',
                             str(order.minutes), *preset, *settings],
                            stdout=subprocess.PIPE, text=True, check=True)
    return result.stdout.splitlines()


def read(order):
    piece = journal.read(lines_of(order))
    return damage.damaged(piece, order.damage) if order.damage else piece


@dataclasses.dataclass(frozen=True)
class Measured:
    order: Order
    preset: str
    minutes: float
    measures: dict

    def broken(self):
        return limits.broken(self.measures, self.preset, self.minutes)


def measure(order):
    piece = read(order)
    return Measured(order, piece.preset, piece.minutes(),
                    measures.measure(piece, piece.preset in limits.PALETTES))


def measure_all(orders, work=measure):
    """work(order) of each, in their order; says on a terminal how far it is."""
    found, seen = [], sys.stderr.isatty()
    with multiprocessing.Pool(WORKERS) as pool:
        for number, one in enumerate(pool.imap(work, orders), 1):
            found.append(one)
            if seen:
                print(f'\rmeasured {number} of {len(orders)} pieces', end='', file=sys.stderr, flush=True)
    if seen:
        print(file=sys.stderr)
    return found
