"""Ways to spoil a take: each is something that a limit is there to find.

DAMAGES: name -> function(frames, take), which returns [n][2] frames of 16 bits. Where it needs music, it
takes some from the middle.
"""

import wave

import numpy as np

import samples

CLICK = 10 ** (-30 / 20)  # of full scale
DAMAGES = {}


def damage(function):
    DAMAGES[function.__name__.replace('_', ' ')] = function
    return function


def spoil(take, name):
    """Writes the take anew."""
    frames = DAMAGES[name](np.array(samples.frames_of(take.path)), take)
    with wave.open(take.path, 'wb') as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(take.rate_hz)
        file.writeframes(frames.astype('<i2').tobytes())


def added(frames, what):
    """With something of full scale 1 added, clipped where it must be."""
    return np.clip(np.round(frames + samples.FULL_SCALE * what), -samples.FULL_SCALE, samples.FULL_SCALE - 1)


def louder(frames, db):
    return added(frames, frames / samples.FULL_SCALE * (10 ** (db / 20) - 1))


@damage
def too_loud(frames, _):
    return louder(frames, 6)


@damage
def too_soft(frames, _):
    return louder(frames, -6)


@damage
def hardly_there_for_half_the_time(frames, _):
    half = len(frames) // 2
    return np.concatenate([frames[:half], louder(frames[half:], -16)])


@damage
def an_offset(frames, _):
    return added(frames, 0.002)


@damage
def an_offset_of_one_side(frames, _):
    return added(frames, np.array([0, -0.002]))


@damage
def a_click(frames, _):
    frames[len(frames) // 2, 0] += int(CLICK * samples.FULL_SCALE)
    return frames


@damage
def a_hole_of_a_millisecond(frames, take):
    """At the loudest place of a second: music passes through zero too."""
    middle = len(frames) // 2
    at = middle + np.argmax(np.abs(frames[middle:middle + take.rate_hz, 1]))
    frames[at:at + take.rate_hz // 1000] = 0
    return frames


@damage
def a_silence(frames, take):
    """Of 6 s, faded on both sides."""
    first, fade, length = len(frames) // 2, take.rate_hz, 6 * take.rate_hz
    gain = np.ones(len(frames))
    gain[first:first + length] = 0
    gain[first - fade:first] = np.linspace(1, 0, fade)
    gain[first + length:first + length + fade] = np.linspace(0, 1, fade)
    return frames * gain[:, np.newaxis]


@damage
def one_side_inverted(frames, _):
    return np.clip(frames * np.array([1, -1]), -samples.FULL_SCALE, samples.FULL_SCALE - 1)


@damage
def the_key_of_the_fifth(frames, take):
    """Claimed, not played: six of seven tones are the same."""
    take.spans = [(first, end, frozenset((tone + 7) % 12 for tone in scale))
                  for first, end, scale in take.spans]
    return frames


@damage
def the_key_a_semitone_above(frames, take):
    take.spans = [(first, end, frozenset((tone + 1) % 12 for tone in scale))
                  for first, end, scale in take.spans]
    return frames


@damage
def an_edge_at_each_chunk(frames, take):
    """Of -54 dBFS: a ramp a chunk."""
    chunk = take.rate_hz // 10
    return added(frames, 0.002 * (np.arange(len(frames)) % chunk / chunk)[:, np.newaxis])


@damage
def an_edge_at_each_block(frames, _):
    """A gain that is held for a block, where it ought to glide: up and down by a decibel."""
    block = np.arange(len(frames)) // samples.BLOCK
    return added(frames, frames / samples.FULL_SCALE * (0.06 * (block % 2))[:, np.newaxis])


@damage
def a_chunk_played_again(frames, take):
    at, chunk = len(frames) // 2, take.rate_hz // 10
    return np.concatenate([frames[:at], frames[at - chunk:at], frames[at:]])


@damage
def a_stretch_from_before(frames, take):
    """In place of what belongs there, joined softly."""
    at, length, fade = len(frames) // 2, take.rate_hz // 5, take.rate_hz // 50
    old = frames[at - 5 * take.rate_hz:][:length].copy()
    gain = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / fade)[:, np.newaxis]
    frames[at:at + length] = np.round(gain * old + (1 - gain) * frames[at:at + length])
    return frames


@damage
def a_chunk_left_out(frames, take):
    at = len(frames) // 2
    return np.delete(frames, slice(at, at + take.rate_hz // 10), axis=0)
