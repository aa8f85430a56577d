"""Starts a server on a free port and stops it again."""
import os
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def binary():
    """The server under test."""
    return os.environ.get("FIRESTEEL", os.path.join(ROOT, "build", "release", "firesteel"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A running server; `arguments` go to its command line after `serve`."""

    running = set()                                          # every server of this process that was not stopped

    def __init__(self, arguments=(), log=None, environment=None, program=None, warehouse=None, address="127.0.0.1"):
        self.port, self.address = free_port(), address
        self.folder = tempfile.mkdtemp(prefix="firesteel_server_")
        self.log_path = log or os.path.join(self.folder, "server.log")
        self.log = open(self.log_path, "ab")
        argv = [program or binary(), "serve", "--port", str(self.port), "--warehouse",
                warehouse or os.path.join(self.folder, "warehouse"), *arguments]
        env = dict(os.environ, TZ="America/Los_Angeles", **(environment or {}))
        self.process = subprocess.Popen(argv, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.folder, env=env)
        self.remote = f"sc://{address}:{self.port}"
        Server.running.add(self)
        self._wait_for_port()

    def _wait_for_port(self, timeout_seconds=30):
        end = time.monotonic() + timeout_seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log_text()[-2000:]}")
            try:
                socket.create_connection((self.address, self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.01)
        self.stop()
        raise TimeoutError("the server did not open its port")

    def log_text(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def alive(self):
        return self.process.poll() is None

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self, timeout_seconds=10):
        """The exit status; a server that does not end by itself is killed and gives -9."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        Server.running.discard(self)
        return self.process.returncode

    @classmethod
    def kill_all(cls):
        """Ends every call that a hanging test waits for."""
        for server in list(cls.running):
            server.process.kill()
