"""What the texture font holds: the table of its presets, and the waves that they play."""

import waves
from soundfont import Layer, Preset


def layer(wave, **settings):
    return Layer(wave, settings)


# What several layers of a preset have in common.
OSCILLATOR = {
    'attack_s': 0.3, 'decay_s': 4, 'sustain_db': -3, 'release_s': 0.8,
    'vibrato_hz': 4.5, 'vibrato_delay_s': 1.2, 'vibrato_cents': 7,
    'cutoff_hz': 2500, 'softness_to_cutoff_cents': 2400, 'cutoff_by_key': 0.5,
    'sweep_attack_s': 0.8, 'sweep_decay_s': 5, 'sweep_sustain_ratio': 0.4, 'sweep_release_s': 2,
    'sweep_to_cutoff_cents': 1200,
}
PAD = {
    'level_db': -14,
    'attack_s': 1, 'release_s': 1.8, 'softness_to_cutoff_cents': 1200,
    'cutoff_hz': 1800, 'cutoff_by_key': 0.4, 'lfo_to_cutoff_cents': 500,
    'sweep_attack_s': 3, 'sweep_to_cutoff_cents': 500, 'sweep_release_s': 4,
}
AIR = {
    'level_db': -10.5,
    'attack_s': 1.6, 'release_s': 2.4, 'softness_to_cutoff_cents': 1200,
    'cutoff_hz': 4500, 'lfo_to_cutoff_cents': 300,
}
LEAD = {
    'level_db': -5,
    'attack_s': 0.004, 'decay_s': 8, 'sustain_db': -96, 'release_s': 0.9, 'decay_by_key': 0.4,
    'cutoff_hz': 5000, 'softness_to_cutoff_cents': 3000, 'cutoff_by_key': 0.4,
}
SWELL = {
    'attack_s': 5, 'release_s': 4, 'cutoff_hz': 700, 'cutoff_by_key': 0.5,
    'sweep_attack_s': 6, 'sweep_to_cutoff_cents': 1800, 'sweep_release_s': 6,
    'lfo_to_cutoff_cents': 300, 'softness_to_cutoff_cents': 900,
}
KICK = {'level_db': -2, 'release_s': 3}
BRUSH = {'level_db': -3, 'cutoff_hz': 4500, 'release_s': 3}
BREATH = {'cents_by_key': 0, 'resonance_db': 6, 'level_db': -8}


def bell(wave, decay_s, **settings):
    """Some partials; let go or held, they die away."""
    return layer(wave, attack_s=0.005, decay_s=decay_s, release_s=decay_s, sustain_db=-96,
                 decay_by_key=0.35, **settings)


# Layers of a pad start whole periods apart: what is steady in them is in phase and stands in the middle,
# also in mono; what wavers is not, and is wide.
PRESETS = (
    Preset(0, 'Sine', 'oscillator', (36, 96), (layer('sine', **OSCILLATOR, level_db=-7),)),
    Preset(1, 'Saw', 'oscillator: all partials', (36, 96), (layer('saw', **OSCILLATOR, level_db=-5),)),
    Preset(2, 'Square', 'oscillator: odd partials', (36, 96), (layer('square', **OSCILLATOR, level_db=-8),)),
    Preset(3, 'Noise', 'oscillator: noise, which keys make dark or bright', (36, 96),
           (layer('noise', **{**OSCILLATOR, 'cutoff_hz': 6000}, cents_by_key=0),)),
    Preset(8, 'Pad', 'warm strings, wide', (48, 89), (
        layer('pad', **PAD, pan=-0.8, lfo_hz=0.11, lfo_delay_s=0.5),
        layer('pad', **PAD, pan=0.8, lfo_hz=0.08, lfo_delay_s=2, start=150 / 440),
        layer('pad', **{**PAD, 'cutoff_hz': 800, 'lfo_to_cutoff_cents': 0}, start=300 / 440),
    )),
    Preset(9, 'Air', 'glass and far voices', (60, 89), (
        layer('air', **AIR, pan=-0.8, lfo_hz=0.13),
        layer('air', **AIR, pan=0.8, lfo_hz=0.09, start=352 / 704),
    )),
    Preset(10, 'Lead', 'felt on tines', (59, 85), (
        layer('lead', **LEAD, pan=-0.3, fine_cents=-1),
        layer('lead', **LEAD, pan=0.3, fine_cents=1),
    )),
    Preset(11, 'Bass', 'round', (29, 50), (
        layer('bass', level_db=-2.5, attack_s=0.04, decay_s=12, sustain_db=-9, release_s=0.5, cutoff_hz=500,
              softness_to_cutoff_cents=1200),
    )),
    Preset(12, 'Bell', 'glass struck with felt; each partial dies away by itself', (74, 96), (
        bell('sine', 8, pan=-0.3, level_db=-16),
        bell('sine', 6.5, pan=0.3, level_db=-16, fine_cents=1),
        bell('glass', 2.6, pan=0.4, level_db=-29),
        bell('sine', 1, coarse_semitones=29, fine_cents=21, pan=-0.4, level_db=-35),
    )),
    Preset(13, 'Swell', 'breath that rises for 5 s and opens; its key colours it', (36, 77), (
        layer('wind', **SWELL, lfo_hz=0.07),
        layer('noise', **SWELL, **BREATH, pan=-0.8, lfo_hz=0.09),
        layer('noise', **SWELL, **BREATH, pan=0.8, lfo_hz=0.12, start=0.5),
    )),
    Preset(14, 'Kick', 'a soft drum that falls from 150 to 50 Hz in 100 ms', (36, 36), (layer('kick', **KICK),)),
    Preset(15, 'Brush', 'a short breath', (60, 60), (layer('brush', **BRUSH),)),
    # what players of MIDI files look for on the channel of drums, and warn when it is missing
    Preset(0, 'Drums', 'kick up to key 47, brush above', (36, 60), (
        layer('kick', **KICK, keys=(0, 47)), layer('brush', **BRUSH, keys=(48, 127)),
    ), bank=128),
)


def make_waves():
    """{name: [Sample]}, all that PRESETS play."""
    return {
        'sine': waves.cycle('sine', 57, {1: 1}),
        'bass': waves.cycle('bass', 33, {1: 1, 2: 0.3, 3: 0.1}),
        'glass': waves.cycle('glass', 57, {2.75: 1, 4.25: 0.5}),
        'saw': waves.bright_cycles('saw', lambda n: 1 / n),
        'square': waves.bright_cycles('square', lambda n: n % 2 / n),
        'noise': waves.loops('noise', waves.white, [60]),
        'pad': waves.loops('pad', waves.pad, [57, 69]),
        'air': waves.loops('air', waves.air, [69, 81]),
        'wind': waves.loops('wind', waves.wind, [57]),
        'lead': waves.lead('lead', [57, 69, 81]),
        'kick': waves.kick('kick', 36),
        'brush': waves.brush('brush', 60),
    }
