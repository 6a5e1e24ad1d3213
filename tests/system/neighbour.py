"""Another host on a network with a booted machine: it has the other end of a cable, and no more."""

import socket
import subprocess
import sys

BOX_ADDRESS, ADDRESS = '10.99.7.1', '10.99.7.2'
MDNS = '224.0.0.251', 5353  # RFC 6762


class Neighbour:
    """A context manager."""

    def __init__(self, machine):
        self.machine = machine

    def __enter__(self):
        self.host = subprocess.Popen(['unshare', '--net', 'sh', '-c', 'echo; exec sleep infinity'],
                                     stdout=subprocess.PIPE)
        self.host.stdout.read(1)  # its network is there
        self.lay_cable()
        return self

    def __exit__(self, *_):
        self.host.kill()
        self.host.wait()
        self.host.stdout.close()

    def lay_cable(self):
        run = self.run_at
        run(self.machine.leader, 'ip', 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan0', 'netns',
            str(self.host.pid))
        for pid, address in ((self.machine.leader, BOX_ADDRESS), (self.host.pid, ADDRESS)):
            run(pid, 'ip', 'address', 'add', f'{address}/24', 'dev', 'lan0')
            run(pid, 'ip', 'link', 'set', 'lan0', 'up')

    def run_at(self, pid, *words, check=True):
        return subprocess.run(['nsenter', '--target', str(pid), '--net', *words], check=check, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def status(self, path, host=BOX_ADDRESS):
        """The status of the station's answer to a request that names this host; 0 without an answer."""
        said = self.run_at(self.host.pid, 'curl', '--silent', '--max-time', '1', '--output', '/dev/null',
                           '--write-out', '%{http_code}', '--resolve', f'{host}:8000:{BOX_ADDRESS}',
                           f'http://{host}:8000{path}', check=False).stdout
        return int(said)

    def resolves(self, name):
        """Whether multicast DNS gives the machine's address for a name."""
        return self.run_at(self.host.pid, sys.executable, __file__, name, check=False).returncode == 0


def ask(name):
    """One question for an address, answered to whoever asked (RFC 6762, section 6.7)."""
    labels = b''.join(bytes([len(label)]) + label.encode() for label in name.split('.'))
    question = bytes([0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + labels + bytes([0, 0, 1, 0, 1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(ADDRESS))
        asker.settimeout(1)
        asker.sendto(question, MDNS)
        return socket.inet_aton(BOX_ADDRESS) in asker.recv(1500)


if __name__ == '__main__':
    sys.exit(0 if ask(sys.argv[1]) else 1)
