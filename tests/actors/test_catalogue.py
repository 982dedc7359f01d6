from concurrent.futures import ThreadPoolExecutor

from actors.catalogue import whisper_model
from actors.models import ModelStore


def test_engines_that_are_loaded_side_by_side_get_the_same_whisper(models: ModelStore) -> None:
    folder = models.path("whisper-base")
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(whisper_model, [folder] * 4))
    assert len({id(one) for one in opened}) == 1
