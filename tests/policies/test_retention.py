from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from policies.retention import Recording, expiries

NOW = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)


def recording(learner: str = "ana", days: float = 0, name: str = "a") -> Recording:
    return Recording(learner=learner, sha256=name, size_bytes=100, recorded=NOW - timedelta(days=days))


def test_a_recording_is_kept_for_thirty_days_unless_told_otherwise() -> None:
    kept, due = recording(days=29.999, name="kept"), recording(days=30, name="due")

    (expiry,) = expiries([kept, due], (), now=NOW)

    assert (expiry.learner, expiry.reason, expiry.recordings) == ("ana", "age", (due,))


def test_another_limit_may_be_set() -> None:
    assert expiries([recording(days=6)], (), now=NOW, limit_days=7) == ()
    assert len(expiries([recording(days=8)], (), now=NOW, limit_days=7)) == 1


def test_all_recordings_go_at_once_when_the_learner_no_longer_agrees() -> None:
    due = expiries([recording(days=0), recording("ben", days=0)], {"ana"}, now=NOW)

    assert [(each.learner, each.reason) for each in due] == [("ana", "consent")]


def test_what_was_imported_has_no_limit_but_the_speakers_consent() -> None:
    imported = replace(recording(days=400), imported=True)

    assert expiries([imported], (), now=NOW) == ()
    (expiry,) = expiries([imported], {"ana"}, now=NOW)
    assert (expiry.reason, expiry.recordings) == ("consent", (imported,))


def test_what_is_due_is_told_by_learner_with_its_size_oldest_first() -> None:
    recordings = [
        recording("ben", days=31, name="c"),
        recording("ana", days=40, name="b"),
        recording("ana", days=50, name="a"),
    ]

    due = expiries(recordings, (), now=NOW)

    assert [(each.learner, each.size_bytes) for each in due] == [("ana", 200), ("ben", 100)]
    assert [each.sha256 for each in due[0].recordings] == ["a", "b"]


def test_nothing_is_due_of_nothing() -> None:
    assert expiries([], {"ana"}, now=NOW) == ()
