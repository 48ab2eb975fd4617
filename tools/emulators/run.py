"""Runs an emulator on this machine's loopback alone: `run.py ministack PORT` or `run.py moto PORT`."""

import os
import runpy
import socket
import sys

name, port = sys.argv[1:]

bind = socket.socket.bind


def bind_loopback(self, address):
    if isinstance(address, tuple) and address[0] in ("0.0.0.0", ""):
        address = ("127.0.0.1", *address[1:])
    if isinstance(address, tuple) and address[0] == "::":
        address = ("::1", *address[1:])
    return bind(self, address)


socket.socket.bind = bind_loopback

if name == "ministack":
    os.environ["GATEWAY_PORT"] = port
    sys.argv = ["ministack"]
else:
    sys.argv = ["moto_server", "-H", "127.0.0.1", "-p", port]
script = os.path.join(os.path.dirname(sys.executable), sys.argv[0])
runpy.run_path(script, run_name="__main__")
