"""OpenAI's fine-tuning files by their documented rules, ShareGPT's by its readers', LangChain's by its own class."""

import json
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from tests.replay.datasets.formats.examples import GREETING, RECAST, SAID, SYSTEM, rows, write


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def faults(messages: Any, *, last: str) -> list[str]:
    """What OpenAI's format checks (guide "Supervised fine-tuning", cookbook "Data preparation and analysis") refuse."""
    if not isinstance(messages, list) or not messages:
        return ["missing_messages_list"]
    found = []
    for message in messages:
        if not {"role", "content"} <= message.keys():
            found.append("message_missing_key")
        if message.keys() - {"role", "content", "name", "weight"}:
            found.append("message_unrecognized_key")
        if message.get("role") not in ("system", "user", "assistant"):
            found.append("unrecognized_role")
        if not isinstance(message.get("content"), str) or not message["content"]:
            found.append("missing_content")
    if messages[-1]["role"] != last:
        found.append(f"last_is_not_{last}")
    return found


def test_dialogues_pass_the_checks_of_supervised_fine_tuning(tmp_path: Path) -> None:
    examples = lines(write("openai", "dialogue", tmp_path) / "train.jsonl")
    assert len(examples) == 3
    for example in examples:
        assert set(example) == {"messages"}
        assert faults(example["messages"], last="assistant") == []
    assert examples[0]["messages"] == [SYSTEM, GREETING, SAID, RECAST]


def test_preferences_pass_the_checks_of_preference_fine_tuning(tmp_path: Path) -> None:
    examples = lines(write("openai", "preferences", tmp_path) / "train.jsonl")
    assert len(examples) == 3
    for example in examples:
        assert set(example) == {"input", "preferred_output", "non_preferred_output"}
        assert example["input"]["tools"] == []
        assert faults(example["input"]["messages"], last="user") == []
        for output in (example["preferred_output"], example["non_preferred_output"]):
            assert faults(output, last="assistant") == []
            assert len(output) == 1
    assert examples[0]["preferred_output"] == [RECAST]


def test_ids_stand_beside_line_for_line(tmp_path: Path) -> None:
    ids = (write("openai", "dialogue", tmp_path) / "test.ids").read_text().splitlines()
    assert ids == [row.id for row in rows("dialogue", "test")]


def test_a_shared_conversation_has_human_and_gpt_in_turns(tmp_path: Path) -> None:
    first = lines(write("sharegpt", "dialogue", tmp_path) / "train.jsonl")[0]
    assert first["conversations"] == [
        {"from": "system", "value": f"{SYSTEM['content']}\nYou have begun: {GREETING['content']}"},
        {"from": "human", "value": SAID["content"]},
        {"from": "gpt", "value": RECAST["content"]},
    ]
    assert first["lineage"]["events"] == ["e1", "e2"]


def test_shared_preferences_are_told_to_be_ranked(tmp_path: Path) -> None:
    folder = write("sharegpt", "preferences", tmp_path)
    first = lines(folder / "train.jsonl")[0]
    assert first["conversations"][-1]["from"] == "human"
    assert first["chosen"] == {"from": "gpt", "value": RECAST["content"]}
    assert first["rejected"] == {"from": "gpt", "value": "Ok."}
    told = json.loads((folder / "dataset_info.json").read_text())
    assert told["example-train"]["ranking"] is True
    assert told["example-test"]["file_name"] == "test.jsonl"


def documents(kind: str, folder: Path) -> list[Document]:
    file = write("langchain", kind, folder / kind) / "train-00000-of-00001.jsonl"
    return [Document.model_validate_json(line) for line in file.read_text("utf-8").splitlines()]


def test_documents_hold_what_was_said_and_where_it_is_from(tmp_path: Path) -> None:
    dialogue = documents("dialogue", tmp_path)[0]
    assert dialogue.page_content == (
        "Tutor: Hello! How was your day?\nLearner: It was good, I go to the park — 公园.\n"
        "Tutor: You went to the park!\nWith whom?"
    )
    assert dialogue.id == "dialogue/s0-train/0.0"
    assert dialogue.metadata["level"] == "B1"
    assert dialogue.metadata["lineage"]["events"] == ["e1", "e2"]
    assert documents("asr", tmp_path)[1].metadata["quality"] == {"snr_db": 21.5}
    assert documents("asr", tmp_path)[0].page_content == "Hello there,  Tom."
    assert documents("feedback", tmp_path)[0].page_content == (
        "Learner: I go there yesterday\nTutor: Say: I went there."
    )
    assert documents("preferences", tmp_path)[0].page_content.endswith("With whom?")
