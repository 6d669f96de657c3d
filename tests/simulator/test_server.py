import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from xobito_app.simulator.server import serve


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_only_loopback_is_served(tmp_path: Path):
    with pytest.raises(ValueError, match="loopback"):
        serve(port=1, data_dir=tmp_path, host="0.0.0.0")


def test_the_process_answers_streams_and_stops_when_told(tmp_path: Path):
    port = _free_port()
    program = (
        "import sys; from pathlib import Path; from xobito_app.simulator.server import serve; "
        "serve(port=int(sys.argv[1]), data_dir=Path(sys.argv[2]))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(port), str(tmp_path)])
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(100):
                try:
                    assert client.get("/health").json()["status"] == "ok"
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            token = {"X-Control-Token": (tmp_path / "control_token").read_text()}
            with client.stream("GET", "/control/events", headers=token) as stream:
                lines = stream.iter_lines()
                assert next(lines) == ": here"
                httpx.post(
                    f"http://127.0.0.1:{port}/control/wabas", headers=token, json={"name": "Live"}
                )
                heard = next(line for line in lines if line.startswith("data:"))
                assert '"kind": "customer"' in heard
                process.terminate()
                assert process.wait(5) == 0
    finally:
        process.kill()
        process.wait()
