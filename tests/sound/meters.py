"""What tools of others say of a sound file: ffmpeg's EBU R128 meter and silence detector, and sox."""

import re
import subprocess

SILENCE_DB = -60
SHORTEST_SILENCE_S = 0.2

# One reading of the file for three meters. The verbose frame log keeps their running figures away.
GRAPH = (
    '[0]asplit=3[stereo][both][quiet];'
    '[stereo]ebur128=peak=true:framelog=verbose[out0];'
    '[both]pan=stereo|c0=.5*c0+.5*c1|c1=.5*c0+.5*c1,ebur128=framelog=verbose[out1];'
    f'[quiet]silencedetect=noise={SILENCE_DB}dB:d={SHORTEST_SILENCE_S}[out2]')


def said_by(*command):
    """What a tool prints, on either stream."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          text=True, check=True).stdout


def last_number(name, text):
    """The last 'name number' in a text; -inf is one."""
    found = re.findall(rf'{name}\s+(-?(?:inf|[0-9.]+))', text)
    if not found:
        raise ValueError(f'no "{name}" in what the tool said')
    return float(found[-1])


def by_ffmpeg(path):
    outputs = [word for number in range(3) for word in ('-map', f'[out{number}]', '-f', 'null', '-')]
    text = said_by('ffmpeg', '-hide_banner', '-nostats', '-i', path, '-filter_complex', GRAPH, *outputs)
    summaries = re.split(r'\[Parsed_ebur128_', text)[1:]
    stereo = [part for part in summaries if part.startswith('1 ')][-1]
    mono = [part for part in summaries if part.startswith('3 ')][-1]
    loudness = last_number('I:', stereo)
    return {
        'loudness LUFS': loudness,
        'loudness range LU': last_number('LRA:', stereo),
        'true peak dBTP': last_number('Peak:', stereo),
        'lost in mono LU': loudness - last_number('I:', mono),
        'longest silence s': max(map(float, re.findall(r'silence_duration: ([0-9.]+)', text)), default=0.0),
    }


def by_sox(path):
    text = said_by('sox', path, '-n', 'stats')
    sides = re.search(r'^DC offset\s+\S+\s+(\S+)\s+(\S+)$', text, re.MULTILINE)
    peak, level = last_number('Pk lev dB', text), last_number('RMS lev dB', text)
    return {
        'DC': max(abs(float(side)) for side in sides.groups()),
        'RMS dBFS': level,
        'crest dB': peak - level,
    }


def draw(path, png, title):
    """A spectrogram, the left side above the right."""
    subprocess.run(['sox', path, '-n', 'spectrogram', '-x', '1600', '-y', '513', '-z', '100', '-t', title,
                    '-o', png], check=True)
