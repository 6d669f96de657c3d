import configparser
import shlex
from pathlib import Path

from xobito_app.cli.supervisor import configuration, programs


def _read(path: Path, **chosen: bool) -> configparser.RawConfigParser:
    parsed = configparser.RawConfigParser()
    parsed.read_string(configuration(path, programs(**chosen)))
    return parsed


def test_only_what_is_not_given_is_embedded(tmp_path):
    external = _read(tmp_path, embed_postgres=False, embed_redis=False, simulate=False)
    assert set(external.sections()) == {
        "supervisord",
        "program:web",
        "program:live",
        "program:bulk",
        "program:beat",
    }
    everything = _read(tmp_path, embed_postgres=True, embed_redis=True, simulate=True)
    assert {"program:postgres", "program:valkey", "program:simulator"} <= set(everything.sections())


def test_servers_start_first_and_postgres_stops_fast(tmp_path):
    parsed = _read(tmp_path, embed_postgres=True, embed_redis=True, simulate=False)
    assert parsed["program:postgres"]["stopsignal"] == "INT"
    assert int(parsed["program:postgres"]["priority"]) < int(parsed["program:web"]["priority"])


def test_the_two_lanes_are_two_processes(tmp_path):
    parsed = _read(tmp_path, embed_postgres=False, embed_redis=False, simulate=False)
    commands = {
        name: shlex.split(parsed[f"program:{name}"]["command"])[-2:] for name in ("live", "bulk")
    }
    assert commands == {"live": ["--lane", "live"], "bulk": ["--lane", "bulk"]}


def test_folders_with_spaces_and_percent_signs_are_written_safely(tmp_path):
    from supervisor.options import ServerOptions

    data_path = tmp_path / "100% my data"
    (data_path / "run").mkdir(parents=True)
    (data_path / "logs").mkdir()
    file = data_path / "run" / "supervisord.conf"
    file.write_text(
        configuration(data_path, programs(embed_postgres=True, embed_redis=True, simulate=True))
    )
    options = ServerOptions()
    options.realize(["--configuration", str(file)])
    assert options.logfile == str(data_path / "logs" / "supervisord.log")
    assert {group.name for group in options.process_group_configs} >= {"web", "postgres"}
