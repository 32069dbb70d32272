"""Create the environment, install missing system libraries, then run or test KerasStudio.

Called by the Makefile with the system's Python, so it uses the standard library alone.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "lock.sha256"
OLDEST, NEWEST = (3, 11), (3, 13)

# Debian package by shared library (or program) that shows it is there.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
TEST_PROGRAMS = {"Xvfb": "xvfb", "xauth": "xauth", "openbox": "openbox", "xdotool": "xdotool"}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
    raise SystemExit(2)


def run(*command: str, **kwargs: object) -> int:
    return subprocess.call(list(command), **kwargs)  # type: ignore[call-overload, no-any-return]


# ---------------------------------------------------------------- system packages


def is_missing(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def missing_packages(for_tests: bool) -> list[str]:
    """Debian packages the studio needs and this Linux does not have."""
    if sys.platform != "linux":
        return []
    wanted = {**QT_LIBRARIES, **X11_LIBRARIES}
    if os.environ.get("WAYLAND_DISPLAY"):
        wanted.update(WAYLAND_LIBRARIES)
    missing = [name for so, name in wanted.items() if is_missing(so)]
    if not any(folder.is_dir() and any(folder.rglob("*.ttf")) for folder in FONT_FOLDERS):
        missing.append("fonts-dejavu-core")
    if for_tests:
        missing += [name for program, name in TEST_PROGRAMS.items() if not shutil.which(program)]
    return missing


def install_packages(packages: list[str], why: str) -> bool:
    """Install Debian packages as root; otherwise print the command. True when they are there."""
    if not packages:
        return True
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        say(
            f"{why}: these are missing (Debian names): {' '.join(packages)}. Install them with your"
        )
        say("system's package manager.")
        return False
    if os.geteuid() != 0:
        say(f"{why}: some system packages are missing. Install them with")
        say(f"  sudo apt-get update && sudo {' '.join(command)}")
        return False
    say(f"{why}: installing {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if run("apt-get", "update", "-qq", env=quiet) or run(
        *command[:3], "-qq", *command[3:], env=quiet
    ):
        say("apt-get could not install them; its message is above. By hand:")
        say(f"  apt-get update && {' '.join(command)}")
        return False
    return True


# ---------------------------------------------------------------- the virtual environment


def suitable_python() -> str:
    """The Python to build the environment with: this one, or another installed one that fits."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # A version manager's shim can be there without the version itself.
        if found and run(found, "-c", "", stderr=subprocess.DEVNULL) == 0:
            return found
    stop(
        f"KerasStudio needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; this is Python"
        f" {platform.python_version()} and no other was found. Install one, or name it:\n"
        "  make run PYTHON=/path/to/python3.12"
    )
    raise AssertionError


def create_environment() -> None:
    """`.venv` with exactly what the lock file says; does nothing when it is already so."""
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and (BIN / "kerasstudio").exists():
        return
    if not (BIN / "python").exists():
        python = suitable_python()
        if run(python, "-c", "import venv, ensurepip", stderr=subprocess.DEVNULL):
            version = subprocess.check_output(
                [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True
            ).strip()
            if not install_packages([f"python{version}-venv"], "Python's venv module"):
                raise SystemExit(2)
        say(f"Creating {VENV.relative_to(ROOT)} with {python}")
        if run(python, "-m", "venv", str(VENV)):
            shutil.rmtree(VENV, ignore_errors=True)
            stop("The virtual environment could not be created; the message above says why.")
    say("Installing the locked packages (TensorFlow is large; the first time takes minutes)")
    pip = (str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-q")
    quiet = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    if run(*pip, "--require-hashes", "-r", str(LOCK), env=quiet) or run(
        *pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT), env=quiet
    ):
        stop("The packages could not be installed; the message above says why. Run make again.")
    STAMP.write_text(wanted)


# ---------------------------------------------------------------- run and test


def has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_studio() -> int:
    studio = str(BIN / "kerasstudio")
    folder = ROOT / "projects"
    project = folder / "digits.kstudio"
    if not project.exists():
        folder.mkdir(exist_ok=True)
        code = run(studio, "new", str(project), "--data", "sample:digits.npz")
        if code:
            return code
    if has_display():
        if not install_packages(missing_packages(for_tests=False), "Qt"):
            return 2
        return run(studio, str(project))
    say("There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the same")
    say("project is trained without a window.")
    runs = folder / "digits.studio" / "runs"
    if code := run(studio, "train", str(project), "--out", str(runs)):
        return code
    newest = max(runs.iterdir(), key=lambda path: path.stat().st_mtime)
    for suffix in (".keras", ".h5", ".py"):
        if code := run(studio, "export", str(newest), str(folder / f"digits{suffix}")):
            return code
    say(f"\nThe run (curves, metrics, predictions): {newest}")
    say(f"The trained model and its code: {folder}/digits.keras, digits.h5, digits.py")
    return 0


def run_tests() -> int:
    """Every test: rooms without a window first, then real windows on a virtual screen."""
    ready = install_packages(missing_packages(for_tests=True), "The tests")
    pytest = (str(BIN / "python"), "-m", "pytest", "-q")
    offscreen = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    light = ("tests/graph", "tests/runtime", "tests/ui")
    # Two processes at once: TensorFlow must not be where the window's tests run, and each of them
    # keeps one processor busy. What the first says is shown when the second has ended.
    with tempfile.TemporaryFile() as said:
        first = subprocess.Popen(
            (*pytest, *light), cwd=ROOT, env=offscreen, stdout=said, stderr=subprocess.STDOUT
        )
        code = run(*pytest, "tests/worker", cwd=ROOT, env=offscreen)
        code = first.wait() or code
        said.seek(0)
        say(said.read().decode(errors="replace"))
    real = ("tests/desktop", "tests/e2e")
    if sys.platform != "linux":
        return run(*pytest, *real, cwd=ROOT) or code
    if not ready:
        say("The tests in real windows need the packages named above.")
        return code or 2
    return run_on_virtual_screen((*pytest, *real)) or code


def run_on_virtual_screen(command: tuple[str, ...]) -> int:
    read_end, write_end = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1680x1050x24", "-nolisten", "tcp"],
        pass_fds=(write_end,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    manager = None
    try:
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        if not number:
            stop("Xvfb did not start, so the tests in real windows cannot run.")
        environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        environment.pop("WAYLAND_DISPLAY", None)
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        time.sleep(0.5)  # a window manager that is not up yet gives no focus
        return run(*command, cwd=ROOT, env=environment)
    finally:
        for process in (manager, screen):
            if process is not None:
                process.terminate()
                process.wait(10)


def main() -> int:
    what = sys.argv[1] if len(sys.argv) > 1 else "env"
    if what not in ("env", "run", "test"):
        stop(f"bootstrap.py knows env, run and test; it was given {what!r}.")
    create_environment()
    if what == "run":
        return run_studio()
    return run_tests() if what == "test" else 0


if __name__ == "__main__":
    raise SystemExit(main())
