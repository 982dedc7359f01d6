from pathlib import Path

import pytest

from events.location import DataFolder
from events.values import Blob, EngineUse
from projections.opening import open_views
from replay.counterfactual.metrics import metrics_of
from replay.counterfactual.prices import Price, Prices, prices_in
from replay.counterfactual.values import Answer, Case, Recording, Transcribed


def test_an_answer_costs_its_call_its_time_its_audio_and_its_characters() -> None:
    price = Price(per_call=0.5, per_engine_hour=36.0, per_audio_minute=0.6, per_1000_characters=2.0)
    # .5 a call, 100 ms at .01 a second, 3 s at .01 a second, 250 characters at .002 each.
    assert price.amount(latency_ms=100, audio_ms=3_000, characters=250) == pytest.approx(0.5 + 0.001 + 0.03 + 0.5)


def test_where_nothing_has_a_price_no_cost_is_told() -> None:
    assert "cost" not in {metric.name for metric in metrics_of("asr", Prices())}
    assert "cost" not in {metric.name for metric in metrics_of("asr", Prices(table={("asr", "a"): Price()}))}


def test_the_operators_prices_are_those_of_the_views(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert prices_in(folder) == Prices()  # no view yet
    store = open_views(folder)
    with store.transaction() as cursor:
        cursor.execute("UPDATE prices SET per_audio_minute = 0.006 WHERE kind = 'asr' AND engine = 'pocketsphinx'")
    store.close()
    prices = prices_in(folder)
    assert prices.of("asr", "pocketsphinx") == Price(per_audio_minute=0.006)

    audio = Blob(sha256="", media_type="audio/flac", size_bytes=0)
    case = Case(
        id="e1",
        session="s",
        version=1,
        turn=1,
        learner="ana",
        prompt=Recording(audio=audio, duration_ms=30_000),
        events=(),
    )
    use = EngineUse(kind="asr", name="pocketsphinx", version="1")
    answer = Answer(case="e1", asked="pocketsphinx", outcome=Transcribed(text="hello"), use=use, latency_ms=10)
    (cost,) = (metric for metric in metrics_of("asr", prices) if metric.name == "cost")
    assert cost.columns(case, answer) == pytest.approx((3.0, 1.0))  # half a minute a thousand times
