"""What every figure of the sound must be: rows as those of the music (tests/music/limits.py)."""

from limits import Row

TARGETS = {'none': -18, 'focus': -18, 'meditation': -19, 'sleep': -22, 'bright': -17}  # LUFS
TOLERANCE = 1.5  # LU

ROWS = [
    Row('loudness LUFS', -18 - TOLERANCE, -18 + TOLERANCE, 'integrated, by ffmpeg: the target of the preset',
        {preset: (target - TOLERANCE, target + TOLERANCE) for preset, target in TARGETS.items()
         if target != TARGETS['none']}),
    Row('loudness range LU', None, 12, 'by ffmpeg: equally loud all day'),
    Row('true peak dBTP', None, -1, 'by ffmpeg'),
    Row('RMS dBFS', None, None, 'by sox'),
    Row('crest dB', None, None, 'by sox: how far the peak is above that'),
    Row('DC', None, 0.001, 'of full scale, the worse side, by sox'),
    Row('longest silence s', None, 4, 'below -60 dBFS, by ffmpeg'),
    Row('correlation', 0.2, None, 'of left and right'),
    Row('correlation, least', None, None, 'of 12 s'),
    Row('lost in mono LU', None, 2.5, 'loudness of both sides together, by ffmpeg; 3 when nothing is in common'),
    Row('in scale %', 92, None, 'of the energy from 50 to 2000 Hz; the next key of all has 87 to 89'),
    Row('sharpest bend', None, 20, 'beside those around it; music has 8 to 13, a click of -30 dBFS 60 to 170'),
    Row('edge at chunks', None, 1.15, 'mean bend at multiples of 100 ms, beside that everywhere'),
    Row('edge at blocks', None, 1.05, 'the same at multiples of 64 frames'),
    Row('frames repeated', None, 0, 'copies, to the bit, of what was before'),
    Row('frames missing', 0, 0, 'of those asked for'),
]
