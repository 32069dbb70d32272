"""Linux: a network of its own, in which there is nothing."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_NEW_USER = 0x10000000
_NEW_NETWORK = 0x40000000
_SET_END_WITH_PARENT, _GET_END_WITH_PARENT = 1, 2


def leave_network() -> bool:
    """Whether this process now has an empty network. Where only the superuser may make one, a
    user namespace gives the right; some systems and containers refuse that too."""
    library = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if user == 0:
        return bool(library.unshare(_NEW_NETWORK) == 0)
    end_with_parent = ctypes.c_int()
    library.prctl(_GET_END_WITH_PARENT, ctypes.byref(end_with_parent))
    if library.unshare(_NEW_USER | _NEW_NETWORK) != 0:
        return False
    # Forgotten whenever a process changes its rights.
    library.prctl(_SET_END_WITH_PARENT, end_with_parent)
    own = Path("/proc/self")
    try:
        # So that files and processes keep their owners' names in here.
        (own / "setgroups").write_text("deny")
        (own / "uid_map").write_text(f"{user} {user} 1")
        (own / "gid_map").write_text(f"{group} {group} 1")
    except OSError:
        return True  # nameless, but without a network
    return True
