"""Has pieces composed and rendered, and measures the sound of several on two cores."""

import dataclasses
import os
import subprocess
import tempfile

import bounds
import journal
import limits
import meters
import pieces
import samples
import spoil
import theory

PRESETS = tuple(bounds.TARGETS)  # 'none': the station as it comes
SEED = 1
MINUTES = 10


@dataclasses.dataclass(frozen=True)
class Order:
    """A piece to be rendered and measured; spoilt on request."""
    preset: str = 'none'
    seed: int = SEED
    minutes: float = MINUTES
    spectrogram: str = ''  # where to draw it: a folder
    damage: str = ''

    @property
    def label(self):
        return self.preset


@dataclasses.dataclass
class Take:
    """A sound file and what is claimed of it."""
    path: str
    rate_hz: int
    n_frames: int  # asked for
    spans: list  # (first frame, end, pitch classes) of what is in one key and mode


def program(daemon):
    """Of AURALIS_BUILD, else of the first build there is."""
    build = os.path.dirname(os.path.dirname(pieces.find_composer()))
    return os.path.join(build, daemon, f'auralis-{daemon}')


def words(order):
    """What tells the composer of a piece."""
    preset = [] if order.preset == 'none' else ['--preset', order.preset]
    return ['--seed', str(order.seed), '--minutes', str(order.minutes), *preset]


def compose(order):
    return subprocess.run([program('composerd'), '--compose', *words(order)], stdout=subprocess.PIPE,
                          check=True).stdout


def spans_of(piece):
    """Stretches of one scale, in frames of the file."""
    found = []
    for span in piece.spans:
        first, end, scale = span.frame - piece.start, span.end - piece.start, theory.scale(span.key, span.mode)
        if found and found[-1][1:] == (first, scale):
            found[-1] = (found[-1][0], end, scale)
        else:
            found.append((first, end, scale))
    return found


def render(order, folder):
    """The Take, without what rings on after the last bar."""
    lines = compose(order)
    piece = journal.read(lines.decode().splitlines())
    take = Take(os.path.join(folder, 'take.wav'), piece.rate_hz, int(order.minutes * 60 * piece.rate_hz),
                spans_of(piece))
    subprocess.run([program('synthd'), '--render', take.path, '--frames', str(take.n_frames)], input=lines,
                   check=True)
    return take


def figures(take):
    frames = samples.frames_of(take.path)
    return {
        **meters.by_ffmpeg(take.path),
        **meters.by_sox(take.path),
        **samples.correlation(frames),
        **samples.bends(frames, take.rate_hz),
        'in scale %': samples.scale_percent(frames, take.rate_hz, take.spans),
        'frames repeated': samples.repeated_frames(frames),
        'frames missing': take.n_frames - len(frames),
    }


@dataclasses.dataclass(frozen=True)
class Measured:
    order: Order
    measures: dict

    @property
    def preset(self):
        return self.order.preset

    @property
    def minutes(self):
        return self.order.minutes

    def broken(self):
        return limits.broken(self.measures, self.preset, self.minutes, bounds.ROWS)


def measure(order):
    with tempfile.TemporaryDirectory(prefix='auralis-sound-') as folder:
        take = render(order, folder)
        if order.damage:
            spoil.spoil(take, order.damage)
        if order.spectrogram:
            meters.draw(take.path, os.path.join(order.spectrogram, f'{order.preset}.png'),
                        f'{order.preset}, seed {order.seed}')
        return Measured(order, figures(take))


def measure_all(orders):
    return pieces.measure_all(orders, measure)
