"""Runs one command and ends all of it when the pipe on stdin closes, however its writer died.

The first line on stdin is a JSON object: command, environment, directory (made here, removed at the end), log. The command's process
id is printed. Everything the command starts, daemons included, ends with it; so do the shared memory segments it has mapped, unless
somebody else still maps them. Exits with the command's status, 128 + signal if a signal ended it.
"""
import ctypes
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SHARED_MEMORY = "/dev/shm"
SEGMENT = re.compile(r" (\d+) +/dev/shm/")
libc = ctypes.CDLL(None)


def descendants():
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", errors="replace") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(pid))
    found, queue = [], [os.getpid()]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def mapped_segments(pids):
    """By inode: a semaphore is mapped under another name than it keeps."""
    segments = set()
    for pid in pids:
        try:
            with open(f"/proc/{pid}/maps", errors="replace") as maps:
                segments.update(int(match.group(1)) for line in maps if (match := SEGMENT.search(line)))
        except OSError:
            pass
    return segments


def end_all():
    """Children of a killed process become ours, so that a fork in the last moment is found in the next round."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for pid in descendants():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def remove(directory, segments):
    segments = segments and segments - mapped_segments(filter(str.isdigit, os.listdir("/proc")))
    for entry in os.scandir(SHARED_MEMORY) if segments else []:
        try:
            if entry.inode() in segments:
                os.unlink(entry.path)
        except OSError:
            pass
    shutil.rmtree(directory, ignore_errors=True)
    remove_parent(os.path.dirname(directory))


def remove_parent(parent):
    """When nothing is left in it but hidden files, by which its processes told each other something."""
    try:
        left = list(os.scandir(parent))
        if all(entry.is_file() and entry.name.startswith(".") for entry in left):
            for entry in left:
                os.unlink(entry.path)
            os.rmdir(parent)
    except OSError:
        pass


def main():
    spec = json.loads(sys.stdin.buffer.readline())
    # Away from the terminal: Ctrl-C reaches the writer, and its end reaches us.
    os.setsid()
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    asked_to_end, end_requested = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(end_requested, b"x"))
    os.makedirs(spec["directory"], exist_ok=True)
    with open(spec["log"], "ab") as log:
        try:
            child = subprocess.Popen(
                spec["command"], env=spec["environment"], cwd=spec["directory"], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        except OSError as error:
            log.write(f"ERROR: {error}\n".encode())
            remove(spec["directory"], set())
            sys.exit(127)
    print(child.pid, flush=True)
    segments = set()
    ended = os.pidfd_open(child.pid)
    while not select.select([sys.stdin.fileno(), asked_to_end, ended], [], [], 2)[0]:
        segments |= mapped_segments(descendants())
    segments |= mapped_segments(descendants())
    status = child.poll()
    end_all()
    remove(spec["directory"], segments)
    sys.exit(0 if status is None else 128 - status if status < 0 else status)


if __name__ == "__main__":
    main()
