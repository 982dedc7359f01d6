"""What docs/analysis.md tells analysts to do, done as it is written: on every store, with psql and with DuckDB."""

import csv
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from events.lesson import LessonEvent, SpeechTranscribed, TurnFailed, TutorHeard, TutorReplied
from events.location import DataFolder
from events.log import EventLog
from events.memory import MemoryEventLog
from events.sqlite import SQLiteEventLog
from events.values import EngineUse
from projections.__main__ import main
from projections.catalogue import PROJECTIONS
from projections.export import export
from projections.postgres import PostgresViewStore
from projections.projection import relations
from projections.runner import ProjectionRunner
from projections.views import ViewStore
from tests.events.samples import origin
from tests.projections.histories import Calendar, assessed, started, uttered
from tests.projections.stores import run_all, table

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)
GRANTS, PRICING, *QUESTIONS = (text for language, text in BLOCKS if language == "sql")
LINES = [line.split("  #")[0].strip() for language, text in BLOCKS if not language for line in text.splitlines()]
MONDAY = date(2026, 11, 2)

NEAR_3000 = pytest.approx(3000, rel=0.05)
"""Quantiles are told within 5 %."""
ANSWERS: tuple[list[tuple[Any, ...]], ...] = (
    # Ana practised on eight days from the 2nd of November, nobody else on more than one.
    [("ana", 8, date(2026, 11, 9))],
    # Ana said TH eight times at 30 and ben three times at 50, so the mean of both is 40; L is ben's alone.
    [("TH", 2, 40.0), ("L", 1, 20.0)],
    # Of ana and ben, who began in the week of the 2nd, ana came back; cora began in the week after.
    [(MONDAY, 2, 50.0), (date(2026, 11, 9), 1, 0.0)],
    [(MONDAY, "asr", "whisper-base", 1, 0, 0, NEAR_3000), (MONDAY, "voice", "", 0, 0, 1, None)],
    # Ana heard pottery (B1) in each of eight lessons; ben heard kettle three times, but said it once. The tutor's name
    # and words of A1 were heard as often, but are not asked for.
    [("pottery", "B1", 1, 8)],
)


def teach(log: EventLog, calendar: Calendar) -> None:
    """Lessons of three learners whose answers can be told by heart."""

    def happened(stream: str, learner: str, *events: LessonEvent) -> None:
        log.append(
            stream,
            [replace(started(learner, stream), tutor="joe"), *events],
            expected_version=0,
            origin=origin(learner),
        )

    slow = EngineUse(kind="asr", name="whisper-base", version="1", latency_ms=3_000)
    sounds = [assessed(phones=(("TH", 50), ("L", 20))) for _ in range(3)]
    kettles = [TutorHeard(turn=1, heard_ms=0, text="kettle") for _ in range(3)]
    heard = SpeechTranscribed(turn=1, text="umbrella kettle", engine=slow)
    happened("b", "ben", uttered(), heard, *sounds, *kettles, TurnFailed(turn=1, stage="voice", code="x", message=""))
    for day in range(8):
        calendar.now = datetime(2026, 11, 2 + day, 9, 0, tzinfo=UTC)
        pottery = TutorHeard(turn=1, heard_ms=0, text="I am Joe. The pottery is the best.")
        happened(f"a{day}", "ana", uttered(), assessed(phones=(("TH", 30),)), pottery)
    calendar.now += timedelta(days=1)
    happened("c", "cora", uttered())


def fold(store: ViewStore) -> None:
    """Bring the views of those lessons into a store."""
    calendar = Calendar()
    log = MemoryEventLog(clock=calendar)
    teach(log, calendar)
    run_all(ProjectionRunner(log, store, PROJECTIONS))


@pytest.fixture
def filled(store: ViewStore) -> ViewStore:
    """Every kind of store with the views of that history."""
    fold(store)
    return store


def test_the_page_asks_five_questions() -> None:
    assert len(QUESTIONS) == len(ANSWERS) == 5


def test_the_five_questions_have_the_same_answers_on_every_store(filled: ViewStore) -> None:
    assert [plain(table(filled, question)) for question in QUESTIONS] == list(ANSWERS)


def test_duckdb_gives_the_same_answers_from_the_exported_files(
    filled: ViewStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("duckdb", reason="no DuckDB: pip install duckdb, or run `make setup`")
    monkeypatch.chdir(tmp_path)
    export(filled, "", "parquet", Path("data/exports"))
    (program,) = (text for language, text in BLOCKS if language == "python")
    names: dict[str, Any] = {}
    exec(program, names)  # what the page tells readers to run
    try:
        shown = names["analysis"]
        assert [plain(shown.execute(question).fetchall()) for question in QUESTIONS] == list(ANSWERS)
        # Moments are shown in UTC, as days are, wherever the analyst lives.
        began = shown.execute("SELECT CAST(started AS VARCHAR) FROM sessions WHERE session = 'a7'")
        assert began.fetchone() == ("2026-11-09 09:00:00+00",)
        for projection in PROJECTIONS:
            for relation in relations(projection):
                columns = [column.name for column in relation.columns]
                assert [each[0] for each in shown.execute(f"DESCRIBE {relation.name}").fetchall()] == columns
    finally:
        names["analysis"].close()


def test_a_price_that_is_set_as_on_the_page_counts_for_past_lessons(store: ViewStore) -> None:
    log = MemoryEventLog()
    paid = EngineUse(kind="tutor", name="provider", version="1", latency_ms=1)
    log.append(
        "s1", [TutorReplied(turn=1, sentence=0, text="x" * 500, engine=paid)], expected_version=0, origin=origin("ana")
    )
    run_all(ProjectionRunner(log, store, PROJECTIONS))
    assert table(store, "SELECT amount FROM cost") == [(0.0,)]

    with store.transaction() as cursor:
        assert cursor.execute(PRICING) == 1

    # 500 characters at 0.002 for 1000
    assert table(store, "SELECT amount FROM cost") == [(pytest.approx(0.001),)]


def plain(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows in the types that all three share: days as days, exact decimals as floats."""
    return [tuple(_plain(value) for value in row) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    return float(value) if isinstance(value, Decimal) else value


@pytest.fixture
def served(postgres_url: str) -> Iterator[str]:
    """The URL of a server with the history's views where a product keeps them, in the schema ``views``."""
    store = PostgresViewStore(postgres_url, PROJECTIONS)
    try:
        fold(store)
        yield postgres_url
    finally:
        with store.transaction() as cursor:
            cursor.execute("DROP SCHEMA views CASCADE")
        store.close()


def test_psql_gives_the_same_answers_by_the_lines_of_the_page(served: str, tmp_path: Path) -> None:
    if shutil.which("psql") is None:
        pytest.skip("no psql: install PostgreSQL's client, `apt-get install postgresql-client`")

    def printed(line: str) -> str:
        environment = {**os.environ, "COLLOQUY_LOG": served, "PAGER": ""}
        done = subprocess.run(line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    daily, columns, asked = (line for line in LINES if "psql " in line)
    # The 9th of November has ana's lesson, the 10th cora's: nine days, of which the first saw two learners.
    assert "2026-11-02 |        2 |        2 |     2 |" in printed(daily)
    assert "(9 rows)" in printed(daily)
    assert "the phone in ARPAbet" in printed(columns)
    for question, answer in zip(QUESTIONS, ANSWERS, strict=True):
        (tmp_path / "question.sql").write_text(question, encoding="utf-8")
        printed(asked)
        with (tmp_path / "answer.csv").open(newline="", encoding="utf-8") as file:
            _, *rows = csv.reader(file)
        assert [_read(row, like) for row, like in zip(rows, answer, strict=True)] == answer


def _read(row: list[str], like: tuple[Any, ...]) -> tuple[Any, ...]:
    """A line of CSV, whose fields have no types, with those of the row that it should be."""
    ways: dict[type, Callable[[str], Any]] = {int: int, str: str, date: date.fromisoformat, type(None): _empty}
    return tuple(ways.get(type(wanted), float)(field) for field, wanted in zip(row, like, strict=True))


def _empty(field: str) -> str | None:
    return field or None


def test_whoever_is_granted_the_views_reads_them_and_not_the_log(served: str) -> None:
    with psycopg.connect(served, autocommit=True) as operator:
        role = f"analyst_{os.getpid()}"
        operator.execute("CREATE TABLE IF NOT EXISTS not_for_analysts (x INTEGER)")
        try:
            operator.execute(GRANTS.replace("analyst", role))
        except psycopg.errors.InsufficientPrivilege:
            pytest.skip("this server's user may make no roles: name another in COLLOQUY_TEST_POSTGRES")
        try:
            operator.execute(f"SET ROLE {role}")
            assert operator.execute("SELECT COUNT(*) FROM views.progress").fetchone() == (3,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                operator.execute("SELECT * FROM not_for_analysts")
        finally:
            operator.execute("RESET ROLE")
            operator.execute(f"DROP OWNED BY {role}")
            operator.execute(f"DROP ROLE {role}")
            operator.execute("DROP TABLE not_for_analysts")


def test_the_commands_of_the_page_run_as_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = DataFolder(Path("data"))
    folder.root.mkdir()
    calendar = Calendar()
    with SQLiteEventLog(folder.log, clock=calendar) as log:
        teach(log, calendar)

    beginning = "python -m projections "
    commands = [line.removeprefix(beginning) for line in LINES if line.startswith(beginning)]
    assert len(commands) == 5
    for command in commands:
        assert main(shlex.split(command), folder) == 0, command
    # Nobody had folded before: the export does, so that what it writes is not of yesterday.
    assert "progress: 3 rows in data/exports/progress.parquet" in capsys.readouterr().out
    with Path("data/sessions.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 10


def test_the_page_names_every_view() -> None:
    for projection in PROJECTIONS:
        for relation in relations(projection):
            assert f"`{relation.name}`" in PAGE
