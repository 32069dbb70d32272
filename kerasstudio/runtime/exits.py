"""Why a process ended, in words."""

from __future__ import annotations

import signal

_MEANINGS = {
    "SIGKILL": "killed by the system or a person (often: out of memory)",
    "SIGSEGV": "it accessed memory that is not its own, a fault in a native library",
    "SIGBUS": "a memory error (often: a full disk or a file that was cut short)",
    "SIGABRT": "a native library gave up",
    "SIGILL": "this processor does not know an instruction of the installed TensorFlow",
    "SIGFPE": "a division by zero in native code",
    "SIGTERM": "it was asked to end",
    "SIGINT": "it was interrupted",
    "SIGXCPU": "its processor time was used up",
    "SIGXFSZ": "a file grew above the allowed size",
}


def exit_reason(returncode: int) -> str:
    """In words, for a return code as `subprocess` gives it (negative: the signal's number)."""
    if returncode == 0:
        return "ended in order"
    number = -returncode if returncode < 0 else returncode - 128 if returncode > 128 else 0
    if number:
        return signal_reason(number)
    return f"ended with exit code {returncode}"


def signal_reason(number: int) -> str:
    """In words: "ended by SIGKILL: killed by the system or a person (often: out of memory)"."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"ended by signal {number}"
    meaning = _MEANINGS.get(name)
    return f"ended by {name}: {meaning}" if meaning else f"ended by {name}"
