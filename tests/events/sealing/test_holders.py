"""How people are told what was made of lessons and still holds a learner who is forgotten."""

from pathlib import Path

import msgspec
import pytest

from events.__main__ import main
from events.location import DataFolder
from events.opening import open_log
from events.sealing.forgetting import DATASET, HEARD, MODEL, PAIRS, RUN, Dataset, registered
from events.sealing.holders import holders, line_of
from tests.events.samples import origin, started


def line(place: Path | str, *, name: str = "dialogue", made: str = "", learners: tuple[str, ...] = ("ana",)) -> Dataset:
    return Dataset(name=name, version="8a8c", learners=learners, place=str(place), made=made)


def test_forget_names_each_place_what_it_is_and_the_way_to_be_rid_of_the_learner(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path / "data")
    with open_log(folder) as log:
        log.append("s1", [started("ana", "s1")], expected_version=0, origin=origin("ana"))
    names = ("one", "the other", "run", "pairs.jsonl", "heard", "model")
    one, other, run, pairs, heard, model = places = [tmp_path / name for name in names]
    for place in places:
        place.mkdir()
    lines = [
        line(one, made=DATASET),
        line(other, made=DATASET),
        line(run, name="counterfactual-tutor", made=RUN),
        line(pairs, name="replies-to-judge", made=PAIRS),
        line(heard, name="pronunciation", made=HEARD),
        line(model, name="pronunciation", made=MODEL),
        line(tmp_path, name="nobody's", learners=("ben",)),
    ]
    folder.datasets.parent.mkdir()
    folder.datasets.write_bytes(msgspec.json.encode(lines))

    assert main(["forget", "ana", "--yes"], folder) == 0

    said = [told.strip() for told in capfd.readouterr().out.splitlines() if str(tmp_path / "data") not in told]
    anew, replay = "delete it, or make it anew with", "`python -m replay"
    assert [told for told in said if "8a8c" in told] == [
        f"{one}: dataset dialogue 8a8c; {anew} {replay} dataset SPEC.toml --out {one} --replace`",
        f"{other}: dataset dialogue 8a8c; {anew} {replay} dataset SPEC.toml --out '{other}' --replace`",
        f"{run}: run counterfactual-tutor 8a8c; delete it, then make it anew with {replay} counterfactual"
        f" --swap KIND=ENGINE --out {run}`",
        f"{pairs}: exported pairs replies-to-judge 8a8c; {anew} {replay} judge RUN --export {pairs}`",
        f"{heard}: training's recordings as heard pronunciation 8a8c; delete it; the next"
        " `python -m training_actors train` listens anew to those who are left",
        f"{model}: model pronunciation 8a8c; it has learnt from the learner, and keeps the scores: train anew, promote"
        f" that, then delete {model}",
    ]


def test_a_line_from_before_it_told_what_it_is_of_tells_it_by_its_name(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.datasets.parent.mkdir(exist_ok=True)
    names = ("dialogue", "counterfactual-tutor", "replies-to-judge")
    folder.datasets.write_bytes(
        msgspec.json.encode([{"name": name, "version": "1", "learners": ["ana"]} for name in names])
    )

    assert [each.what for each in holders("ana", registered(folder))] == [DATASET, RUN, PAIRS]


def test_what_is_not_there_any_more_is_said_to_be_gone_or_moved(tmp_path: Path) -> None:
    gone = tmp_path / "gone"

    assert line_of(line(gone)) == (
        f"{gone}: dataset dialogue 8a8c; it is not there any more: if it was moved or copied, delete it there"
    )


def test_a_line_without_a_place_says_that_the_register_does_not_know_it() -> None:
    assert line_of(line("")) == (
        "dataset dialogue 8a8c: the register does not tell where it lies; delete it, or make it anew"
    )
