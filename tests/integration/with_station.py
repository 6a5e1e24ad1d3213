"""Runs a command beside a station of its own: with_station.py [--standby] COMMAND...

The command finds the station's address in AURALIS_URL, and AURALIS_STANDBY=1 when it has a standby; the
station also answers to box.test, and has a preset of its own, dawn.
"""

import os
import subprocess
import sys

import station


SETTINGS = ('stream.allowed_hosts=box.test', 'preset dawn.doc=Grey <i>light</i>.')


def run(command, standby):
    told = {'AURALIS_BROWSER_SECONDS': '60'} if station.FULL else {}
    with station.Station(*SETTINGS, arguments=['--standby'] if standby else []) as auralis:
        if standby:
            station.until(lambda: auralis.ring().standby_seconds() is not None, 'a standby is ready')
            told['AURALIS_STANDBY'] = '1'
        told['AURALIS_URL'] = auralis.url + '/'
        status = subprocess.run(command, check=False, env={**os.environ, **told}).returncode
        if status != 0:
            print('the station said:', *auralis.output.all[-40:], sep='\n')
    return status


if __name__ == '__main__':
    with_standby = sys.argv[1:2] == ['--standby']
    sys.exit(run(sys.argv[2 if with_standby else 1:], with_standby))
