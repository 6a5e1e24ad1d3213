"""The network side of auralisctl: where a station listens, how to move it, and its token."""

import configparser
import ipaddress
import os
import re
import shutil
import signal
import socket
import subprocess
import time

WILDCARDS = ('0.0.0.0', '::')
MDNS_SOCKET = '/run/avahi-daemon/socket'
ALLOWED = ('an address of this machine with or without a port: 0.0.0.0 (all, IPv4), [::]:8000 (all, IPv6 too), '
           '192.168.1.7:8000, or 127.0.0.1 (this machine alone)')
ANSWER_S = 10
DROP_IN = '# Written by auralisctl listen-on.\n[Socket]\nListenStream=\nListenStream={}\n'


class Trouble(Exception):
    """What the user is told; the program ends with status 1."""


# ---- addresses ----

def join(host, port):
    return f'[{host}]:{port}' if ':' in host else f'{host}:{port}'


def split(text):
    """'[::]:8000' as ('::', 8000)."""
    host, _, port = text.rpartition(':')
    return host.strip('[]'), int(port)


def parse_address(text, port):
    """ADDR[:PORT] as (host, port); the port that is given when it names none."""
    match = re.fullmatch(r'\[([^][]*)\](?::([0-9]+))?|([^][:]*)(?::([0-9]+))?|([^][]*:[^][]*:[^][]*)', text)
    host = match and (match[1] or match[3] or match[5])
    named_port = match and (match[2] or match[4])
    try:
        address = ipaddress.ip_address(host or '')
    except ValueError:
        raise Trouble(f'{text}: must be {ALLOWED}') from None
    if named_port and not 1 <= int(named_port) <= 65535:
        raise Trouble(f'{text}: the port must be 1 to 65535')
    if '%' in host or address.is_multicast or address.is_link_local or str(address) == '255.255.255.255':
        raise Trouble(f'{text}: nobody could connect to it alone; it must be {ALLOWED}')
    return str(address), int(named_port or port)


def machine_addresses():
    """The machine's own addresses but loopback, as texts."""
    try:
        words = subprocess.run(['hostname', '-I'], text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, check=False).stdout.split()
    except OSError:
        return []
    return sorted(words, key=lambda word: ':' in word)


def is_own(host):
    """Whether the machine has this address now."""
    with socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True


def is_loopback(host):
    return ipaddress.ip_address(host).is_loopback


def urls(listening):
    """Where a station that listens at these addresses is found: from this machine first."""
    found = []
    for host, port in map(split, listening):
        hosts = [host]
        if host in WILDCARDS:
            hosts = ['127.0.0.1', *(other for other in machine_addresses() if ':' not in other or host == '::')]
        if not is_loopback(host) and os.path.exists(MDNS_SOCKET):
            hosts.append(socket.gethostname().partition('.')[0] + '.local')
        found += [f'http://{join(one, port)}/' for one in hosts]
    return found


# ---- the service's socket ----

def unit_of(station, kind):
    return f'auralis-streamd{"" if station.name == "main" else "@" + station.name}.{kind}'


def systemctl(*words):
    """(status, output) of systemctl; status 127 when there is none."""
    try:
        result = subprocess.run(['systemctl', *words], text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        return 127, str(error)
    return result.returncode, result.stdout.strip()


def show(unit, what):
    status, text = systemctl('show', '--value', f'--property={what}', unit)
    return text if status == 0 else ''


def socket_addresses(station):
    """Where the service's socket listens, as systemd has it; [] when there is none."""
    listening = re.findall(r'^(\S+) \(Stream\)', show(unit_of(station, 'socket'), 'Listen'), re.MULTILINE)
    return [f'[::]:{word}' if word.isdigit() else word for word in listening]


def default_address(station):
    """What the unit itself says, without drop-ins."""
    try:
        with open(show(unit_of(station, 'socket'), 'FragmentPath')) as file:
            return re.findall(r'^ListenStream=(\S+)', file.read(), re.MULTILINE)[-1]
    except (OSError, IndexError):
        return ''


def read_or_none(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return None


def replace(path, text):
    """Writes a drop-in, or with None takes it away, with its folder should that be empty then."""
    folder = os.path.dirname(path)
    if text is not None:
        os.makedirs(folder, exist_ok=True)
        with open(path + '.new', 'w') as file:
            file.write(text)
        os.rename(path + '.new', path)
    elif os.path.exists(path):
        os.remove(path)
        if not os.listdir(folder):
            os.rmdir(folder)
    systemctl('daemon-reload')


def check_move(station, text):
    """The address to move to; whatever speaks against it is said, and nothing has been changed."""
    if station.folder:
        raise Trouble('this station is of scripts/run: start it anew with scripts/run --listen ADDR [--port N]')
    if os.geteuid() != 0:
        place = '' if station.name == 'main' else f'--instance {station.name} '
        raise Trouble(f'this needs root: sudo auralisctl {place}listen-on {text}')
    listening = socket_addresses(station)
    if not listening:
        raise Trouble(f'{unit_of(station, "socket")} is not here: the service is not installed, or has no such station')
    host, port = parse_address(text, split(listening[0])[1])
    if not is_own(host):
        raise Trouble(f'{host} is no address of this machine, which has: '
                      + ' '.join(['0.0.0.0', '::', '127.0.0.1', *machine_addresses()]))
    address = join(host, port)
    if station.listen_setting not in (None, address):
        raise Trouble(f'{station.config_path} says stream.listen = {station.listen_setting}: take that line out, '
                      'for with the service the socket decides')
    return address


def restart(station, address, ran):
    """Opens the socket anew, with what serves it; why not, or ''."""
    unit = unit_of(station, 'socket')
    status, said = systemctl('restart', unit)
    if status != 0:
        host, port = split(address)
        with socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                return f'{address}: {error.strerror}'
        return said
    if ran:
        systemctl('start', unit_of(station, 'service'))
    return ''


def runs(station):
    return show(unit_of(station, 'service'), 'ActiveState') in ('active', 'activating', 'reloading')


def move(station, address):
    """Lets the socket listen there; as it was when that fails."""
    path = f'/etc/systemd/system/{unit_of(station, "socket")}.d/listen.conf'
    before, listened, ran = read_or_none(path), socket_addresses(station), runs(station)
    wanted = None if address == default_address(station) else DROP_IN.format(address)
    is_active = show(unit_of(station, 'socket'), 'ActiveState') == 'active'
    if wanted == before and listened == [address]:
        return
    replace(path, wanted)
    if socket_addresses(station) != [address]:
        replace(path, before)
        raise Trouble(f'another drop-in of {unit_of(station, "socket")} adds an address: see systemctl cat')
    reason = restart(station, address, ran) if is_active else ''
    if reason:
        replace(path, before)
        restart(station, listened[0], ran)
        raise Trouble(f'cannot listen on {reason}; everything is as it was')


def show_firewall(address):
    """The one line for a firewall that is there."""
    host, port = split(address)
    if is_loopback(host):
        return
    if shutil.which('ufw'):
        print(f'if ufw is active: ufw allow {port}/tcp')
    if shutil.which('firewall-cmd'):
        print(f'if firewalld runs: firewall-cmd --permanent --add-port={port}/tcp && firewall-cmd --reload')


def show_addresses(listening):
    for number, url in enumerate(urls(listening)):
        print(f'{"" if number else "listens on":10} {url}')


def wait_answer(station, fetch):
    """The status, once the station answers."""
    deadline = time.monotonic() + ANSWER_S
    while True:
        try:
            return fetch(station, '/api/status')
        except Trouble:
            if time.monotonic() > deadline:
                service = unit_of(station, 'service')
                raise Trouble(f'{station.url} does not answer: see systemctl status {service}') from None
        time.sleep(0.05)


def listen_on(station, text, fetch):
    """Moves the station to an address, or without one shows where it is."""
    if text is None:
        listening = (fetch(station, '/api/status').get('listening', []) if station.folder
                     else socket_addresses(station))
        if not listening:
            raise Trouble('nothing listens here: ' + unit_of(station, 'socket') + ' is not installed')
        return show_addresses(listening)
    address = check_move(station, text)
    move(station, address)
    station.url = f'http://{join(*reachable(address))}'
    if not runs(station):
        print(f'{station.name} will listen on {address} once it is started')
        return show_firewall(address)
    status = wait_answer(station, fetch)
    show_addresses(status.get('listening', [address]))
    if status.get('control') == 'token':
        print('steered with the token that auralisctl token shows')
    return show_firewall(address)


def reachable(text):
    """An address by which this machine itself reaches what listens there."""
    host, port = split(text)
    return {'0.0.0.0': '127.0.0.1', '::': '::1', '': '127.0.0.1'}.get(host, host), port


# ---- the token ----

def token_path(station):
    return os.path.join(station.folder or f'/var/lib/auralis/{station.name}', 'stream', 'token')


def read_token(station):
    """The station's token; None when there is none, or it may not be read."""
    try:
        with open(token_path(station)) as file:
            return file.read().strip()
    except OSError:
        return None


def make_token(station, fetch):
    """Has streamd draw another token."""
    path = token_path(station)
    if os.path.exists(path):
        os.remove(path)
    try:
        pid = fetch(station, '/api/status')['daemons']['streamd']['pid']
    except Trouble:
        raise Trouble('the old token is gone; another is made when the station starts') from None
    os.kill(pid, signal.SIGHUP)
    deadline = time.monotonic() + ANSWER_S
    while not os.path.exists(path) and time.monotonic() < deadline:
        time.sleep(0.01)


def check_asked(station, fetch):
    """Says it when the station runs and asks for no token."""
    try:
        control = fetch(station, '/api/status').get('control', 'token')
    except Trouble:
        return  # it does not run, and its token is there all the same
    if control != 'token':
        raise Trouble(f'this station asks for no token: control is {control}')


def show_token(station, new, fetch):
    path = token_path(station)
    check_asked(station, fetch)
    try:
        if new:
            make_token(station, fetch)
        with open(path) as file:
            print(file.read().strip())
    except PermissionError:
        more = ' --new' if new else ''
        who = 'root' if new else 'root and the group auralis'
        raise Trouble(f'{path} is for {who}: sudo auralisctl token{more}') from None
    except FileNotFoundError:
        raise Trouble(f'{path} is missing: it is made when a station starts that asks for it') from None


# ---- where a configuration says that a station listens ----

def read_config(path):
    config = configparser.ConfigParser(inline_comment_prefixes=None, interpolation=None, strict=False)
    if path and os.path.exists(path):
        try:
            config.read(path)
        except configparser.Error as error:
            raise Trouble(f'{path}: {error}') from None
    return config
