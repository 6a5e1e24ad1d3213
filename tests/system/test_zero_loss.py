"""SIGKILL at random of all three daemons, each back before its next: listeners that resume lose nothing.

It runs inside a machine: machine.py -- python3 test_zero_loss.py.
"""

import random
import time
import unittest

import service
from service import DAEMONS, RING, facts, listeners, station, systemctl, unit_name, until

LISTENERS = station.short_or_full(6, 20)
KILLS = station.short_or_full(50, 1000)
FURTHER_KILLS = station.short_or_full(4, 1000)
PAUSE_S = 0.3  # at most, before the next kill
MOST_P99_MS, MOST_P99_UNSEEN_MS = 300, 150
HEARD = ['killed', 'standby', 'listeners', 'kills', 'missing', 'repeated', 'altered', 'checked s',
         'between chunks ms, p50', 'p99', 'max']
BACK = ['killed', 'standby', 'kills', 'SIGKILL to READY ms, p50', 'p99', 'to the next frame ms, p50', 'p99', 'max']


def milliseconds(values, *shares):
    return [f'{station.percentile(values, share) * 1000:.0f}' for share in shares] if values else ['-'] * len(shares)


class Kill:
    """One kill, and when what was back."""

    def __init__(self, auralis, daemon):
        self.daemon = daemon
        unit = auralis.writer() if daemon == 'synthd' else daemon
        pid, self.sent = auralis.signal(unit)
        self.frame = None if daemon == 'streamd' else self.next_frame(auralis, pid) - self.sent
        self.ready = auralis.wait_ready(unit, pid) - self.sent

    @staticmethod
    def next_frame(auralis, pid):
        """When the ring goes on; a writer that is killed may still publish what it was at."""
        stood_at = None
        while (ring := auralis.ring()).writer_pid == pid or stood_at is None or ring.published() <= stood_at:
            if stood_at is None or ring.writer_pid == pid:
                stood_at = ring.published()
            time.sleep(0.0005)
        return time.monotonic()

    def heard(self, joins):
        """streamd's next frame is a listener's: the first chunk of the first connection after the kill."""
        if self.daemon == 'streamd':
            self.frame = min(join for join in joins if join > self.sent) - self.sent


class ZeroLoss(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        systemctl('enable', 'auralis.target')
        cls.service = service.Service().start()

    def setUp(self):
        systemctl('enable', '--now', unit_name('synthd-standby'))
        until(self.service.whole, 'all runs')

    def is_back(self, daemon):
        if daemon == 'streamd':
            return self.service.healthy()
        if daemon == 'composerd':
            return True
        ring = self.service.ring()
        if self.service.has_standby():
            return ring.standby_seconds() is not None
        return ring.published() - ring.due() > station.MIN_LEAD_FRAMES

    def kill_often(self, n_kills, daemons):
        """(the kills, what was heard)"""
        moments, kills = random.Random(n_kills), []
        with listeners.Crowd(service.URL, RING, LISTENERS) as crowd:
            crowd.hear(1)
            crowd.report()
            for _ in range(n_kills):
                time.sleep(moments.uniform(0, PAUSE_S))
                kills.append(Kill(self.service, moments.choice(daemons)))
                until(lambda daemon=kills[-1].daemon: self.is_back(daemon), f'{kills[-1].daemon} works again')
            crowd.hear(1)
            heard = crowd.report()
        for kill in kills:
            kill.heard(heard['joins'])
        return kills, heard

    def check(self, daemons, n_kills, most_p99_ms):
        standby = 'yes' if self.service.has_standby() else 'no'
        kills, heard = self.kill_often(n_kills, daemons)
        station.table(HEARD, [', '.join(daemons), standby, LISTENERS, n_kills, heard['missing'], heard['repeated'],
                              heard['altered'], f'{heard["checked"] / station.RATE_HZ / LISTENERS:.0f}',
                              *(f'{heard[name]:.0f}' for name in ('p50_ms', 'p99_ms', 'max_ms'))])
        rows = []
        for daemon in daemons:
            of_it = [kill for kill in kills if kill.daemon == daemon]
            rows.append([daemon, standby, len(of_it), *milliseconds([kill.ready for kill in of_it], 0.5, 0.99),
                         *milliseconds([kill.frame for kill in of_it], 0.5, 0.99, 1)])
        station.table(BACK, *rows)
        self.assertEqual(heard['faults'], [])
        self.assertEqual((heard['missing'], heard['repeated'], heard['altered'], heard['streams']), (0, 0, 0, 0))
        self.assertLess(heard['unchecked'], heard['checked'] / 100)
        if station.SPEED_COUNTS:
            self.assertLessEqual(heard['p99_ms'], most_p99_ms)

    def test_all_three_daemons(self):
        self.check(DAEMONS, KILLS, MOST_P99_MS)

    def test_what_plays(self):
        self.check(('composerd', 'synthd'), FURTHER_KILLS, MOST_P99_UNSEEN_MS)

    def test_all_three_daemons_without_a_standby(self):
        systemctl('disable', '--now', unit_name('synthd-standby'))
        until(lambda: facts('synthd')['SubState'] == 'running' and self.service.whole(), 'all runs')
        self.check(DAEMONS, FURTHER_KILLS, MOST_P99_MS)


if __name__ == '__main__':
    station.main()
