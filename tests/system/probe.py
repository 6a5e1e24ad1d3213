"""Tries what a daemon must not be able to do, and prints what came of each try as JSON.

probe.py RING      run in the sandbox of a daemon
"""

import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
FAMILIES = {'AF_INET': socket.AF_INET, 'AF_INET6': socket.AF_INET6, 'AF_PACKET': socket.AF_PACKET,
            'AF_NETLINK': socket.AF_NETLINK, 'AF_VSOCK': socket.AF_VSOCK}


def outcome(attempt, *arguments):
    """'done', or the name of the error."""
    try:
        attempt(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return 'done'


def open_socket(family):
    socket.socket(family, socket.SOCK_RAW if family == socket.AF_NETLINK else socket.SOCK_STREAM).close()


def map_writable(fd):
    mmap.mmap(fd, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE)


def address_of(fd):
    """Where the ring is mapped, read-only."""
    LIBC.mmap.restype = ctypes.c_void_p
    LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    return LIBC.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)


def make_writable(address):
    if LIBC.mprotect(ctypes.c_void_p(address), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) != 0:
        raise OSError(ctypes.get_errno(), 'mprotect')


def store(address):
    """What ends a process that writes to the mapping."""
    child = os.fork()
    if child == 0:
        ctypes.memset(address, 0, 1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else 'done'


def main(ring):
    found = {name: outcome(open_socket, family) for name, family in FAMILIES.items()}
    found['AF_UNIX'] = outcome(open_socket, socket.AF_UNIX)
    found['interfaces'] = [name for _, name in socket.if_nameindex()] if found['AF_NETLINK'] == 'done' else []
    found['open to write'] = outcome(os.open, ring, os.O_RDWR)
    found['open to read'] = outcome(os.open, ring, os.O_RDONLY)
    if found['open to read'] == 'done':
        fd = os.open(ring, os.O_RDONLY)
        address = address_of(fd)
        found['map to write'] = outcome(map_writable, fd)
        found['make the mapping writable'] = outcome(make_writable, address)
        found['open again to write'] = outcome(os.open, f'/proc/self/fd/{fd}', os.O_RDWR)
        found['write to the mapping'] = store(address)
    found['write to /etc'] = outcome(os.open, '/etc/auralis/probe', os.O_CREAT | os.O_WRONLY)
    found['write to /dev/shm'] = outcome(os.open, '/dev/shm/probe', os.O_CREAT | os.O_WRONLY)
    print(json.dumps(found))


if __name__ == '__main__':
    main(*sys.argv[1:])
