"""A TCP proxy that cuts connections on purpose."""
import random
import socket
import threading


class CuttingProxy:
    """Forwards to a port. After `cut_after_bytes()` bytes from the server a connection is cut without ceremony."""

    def __init__(self, port, cut_after_bytes, cuts):
        self.target, self.cut_after_bytes, self.cuts_left, self.cuts_made = port, cut_after_bytes, cuts, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            budget = [self.cut_after_bytes()]
            threading.Thread(target=self._pump, args=(client, server, None), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, budget), daemon=True).start()

    def _pump(self, source, sink, budget):
        try:
            while data := source.recv(16384):
                if budget is not None and self.cuts_left > 0:
                    budget[0] -= len(data)
                    if budget[0] < 0:
                        self.cuts_left, self.cuts_made = self.cuts_left - 1, self.cuts_made + 1
                        break
                sink.sendall(data)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()


def seeded(seed, low, high, longest=None):
    """Byte counts at random, but the same for each seed. With `longest` one in eight goes up to it, so that a message
    longer than `high` comes through at last."""
    stream = random.Random(seed)
    return lambda: stream.randint(low, longest if longest and stream.random() < 0.125 else high)
