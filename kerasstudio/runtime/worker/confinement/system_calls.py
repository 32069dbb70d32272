"""Linux: system calls that a reader of model files has no use for are refused (seccomp).

The filter is a program for the kernel's packet filter, a list of comparisons: see seccomp(2)."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_NO_NEW_PRIVILEGES = 38
_SET_FILTER, _FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER_AT, _MACHINE_AT = 0, 4
_FOREIGN_NUMBERS = 0x40000000  # the other set of numbers that x86-64 has (x32)

# Numbers differ by machine. Beside network and programs: ways into other processes, and out of
# the fences.
_REFUSED: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41,
            "connect": 42,
            "bind": 49,
            "listen": 50,
            "execve": 59,
            "execveat": 322,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "mount": 165,
            "unshare": 272,
            "setns": 308,
            "bpf": 321,
            "userfaultfd": 323,
            "io_uring_setup": 425,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "socket": 198,
            "connect": 203,
            "bind": 200,
            "listen": 201,
            "execve": 221,
            "execveat": 281,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "mount": 40,
            "unshare": 97,
            "setns": 268,
            "bpf": 280,
            "userfaultfd": 282,
            "io_uring_setup": 425,
        },
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse() -> bool:
    """Whether the system calls of the table are refused from now on."""
    known = _REFUSED.get(platform.machine())
    if known is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    machine, numbers = known
    steps = _steps(machine, sorted(numbers.values()))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    program = _Program(len(steps) // 8, steps)
    return bool(library.prctl(_SET_FILTER, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _steps(machine: int, numbers: list[int]) -> bytes:
    """Another machine's calls and every refused number end at the last step, others before."""
    refused = len(numbers) + 5
    steps = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 0, refused - 2, machine)]
    steps += [(_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, refused - 4, 0, _FOREIGN_NUMBERS)]
    steps += [
        (_EQUAL, refused - len(steps) - place - 1, 0, number)
        for place, number in enumerate(numbers)
    ]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)
