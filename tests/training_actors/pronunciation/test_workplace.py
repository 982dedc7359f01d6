import errno
from pathlib import Path

import pytest

from training_actors.errors import WorkTaken, WorkUnwritable
from training_actors.pronunciation.workplace import workplace


def test_two_runs_do_not_write_the_same_files_at_once(tmp_path: Path) -> None:
    with workplace(tmp_path / "work"), pytest.raises(WorkTaken, match="another --work"), workplace(tmp_path / "work"):
        pass
    with workplace(tmp_path / "work"):
        pass


def test_a_folder_that_cannot_be_written_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkUnwritable, match="run the same command again"), workplace(tmp_path / "file" / "work"):
        pass
    with pytest.raises(WorkUnwritable, match="No space left"), workplace(tmp_path / "work"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_other_faults_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), workplace(tmp_path / "work"):
        (tmp_path / "nothing").read_bytes()
