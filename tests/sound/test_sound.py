"""The sound, judged by the rendered samples; and the judge, by sound that is spoilt on purpose."""

import os
import sys
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), folder)
                for folder in ('sound', 'music')]

import bounds  # noqa: E402
import spoil  # noqa: E402
import table  # noqa: E402
import takes  # noqa: E402

FULL = os.environ.get('AURALIS_FULL') == '1'
PRESETS = takes.PRESETS if FULL else ('sleep', 'bright')  # the darkest and the liveliest
MINUTES = takes.MINUTES if FULL else 1
SPOILT_MINUTES = 0.4

# What each damage must break, among whatever else it breaks: every bound is here.
EXPECTED = {
    'too loud': ('loudness LUFS high', 'true peak dBTP high'),
    'too soft': ('loudness LUFS low',),
    'hardly there for half the time': ('loudness range LU high',),
    'an offset': ('DC high',),
    'an offset of one side': ('DC high',),
    'a click': ('sharpest bend high',),
    'a hole of a millisecond': ('sharpest bend high',),
    'a silence': ('longest silence s high',),
    'one side inverted': ('correlation low', 'lost in mono LU high'),
    'the key of the fifth': ('in scale % low',),
    'the key a semitone above': ('in scale % low',),
    'an edge at each chunk': ('edge at chunks high',),
    'an edge at each block': ('edge at blocks high',),
    'a chunk played again': ('frames repeated high', 'frames missing low'),
    'a stretch from before': ('frames repeated high',),
    'a chunk left out': ('frames missing high',),
}


class Sound(unittest.TestCase):
    def test_every_preset_is_within_every_limit(self):
        columns = takes.measure_all([takes.Order(preset, minutes=MINUTES) for preset in PRESETS])
        print('', *table.lines(columns, bounds.ROWS), sep='\n', flush=True)
        self.assertEqual([], list(table.complaints(columns)))


class Limits(unittest.TestCase):
    def test_every_bound_is_expected_to_be_broken_by_some_damage(self):
        due = {f'{row.measure} {side}' for row in bounds.ROWS
               for side, value in (('low', row.low), ('high', row.high)) if value is not None}
        self.assertEqual(due, set().union(*EXPECTED.values()))

    def test_every_damage_breaks_the_limits_that_it_should(self):
        self.assertEqual(set(spoil.DAMAGES), set(EXPECTED))
        for found in takes.measure_all([takes.Order('focus', minutes=SPOILT_MINUTES, damage=name)
                                        for name in EXPECTED]):
            broken = {f'{row.measure} {side}' for row, side, _ in found.broken()}
            with self.subTest(damage=found.order.damage):
                self.assertEqual(set(), set(EXPECTED[found.order.damage]) - broken)

    def test_every_measure_has_its_row(self):
        found = takes.measure(takes.Order('focus', minutes=0.2))
        self.assertEqual(sorted(row.measure for row in bounds.ROWS), sorted(found.measures))


if __name__ == '__main__':
    unittest.main(verbosity=2)
