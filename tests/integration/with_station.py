"""Runs a command beside a station of its own: with_station.py [--standby | --token] COMMAND...

The command finds the station's address in AURALIS_URL, and AURALIS_STANDBY=1 when it has a standby; with
--token it is steered with the token in the file AURALIS_TOKEN. The station also answers to box.test, and has a preset of its own, dawn.
"""

import os
import subprocess
import sys

import station


SETTINGS = ('stream.allowed_hosts=box.test', 'preset dawn.doc=Grey <i>light</i>.')


def run(command, kind):
    told = {'AURALIS_BROWSER_SECONDS': '60'} if station.FULL else {}
    standby = kind == '--standby'
    settings = [*SETTINGS, 'stream.control=token'] if kind == '--token' else SETTINGS
    with station.Station(*settings, arguments=['--standby'] if standby else []) as auralis:
        told['AURALIS_TOKEN'] = os.path.join(auralis.folder, 'stream', 'token')
        told['AURALIS_STREAMD_PID'] = os.path.join(auralis.folder, 'streamd.pid')
        if standby:
            station.until(lambda: auralis.ring().standby_seconds() is not None, 'a standby is ready')
            told['AURALIS_STANDBY'] = '1'
        told['AURALIS_URL'] = auralis.url + '/'
        status = subprocess.run(command, check=False, env={**os.environ, **told}).returncode
        if status != 0:
            print('the station said:', *auralis.output.all[-40:], sep='\n')
    return status


if __name__ == '__main__':
    asked_kind = sys.argv[1] if sys.argv[1].startswith('--') else ''
    sys.exit(run(sys.argv[2 if asked_kind else 1:], asked_kind))
