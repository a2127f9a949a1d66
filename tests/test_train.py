"""Training, really done: a two-layer model in 4 bits, through the same code as the real base."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from fixtures.training.tiny_base import save_tiny_base, tiny_tokenizer, write_examples
from safetensors.torch import load_file

from finetune.checkpoints import newest_usable
from finetune.config import TrainConfig
from finetune.dataset import training_data
from finetune.foreseen import check_disk, check_memory, foresee
from finetune.packing import IGNORED, Pack, PackCollator
from finetune.run_folder import RunFolder
from finetune.train import build_load, build_trainer
from finetune.train_run import dry_run, train_run
from text2sql.errors import AdapterError, DataError, ModelError, TrainingError
from text2sql.model import load_for_training

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 600.0  # several processes that import torch on a busy machine


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("training")
    save_tiny_base(place / "base")
    write_examples(place / "train.jsonl")
    return place


@pytest.fixture(autouse=True)
def sigterm_as_it_was() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def settings(place: Path, run: str, **changes: Any) -> TrainConfig:
    config = TrainConfig(
        data=(str(place / "train.jsonl"),),
        base=str(place / "base"),
        run=run,
        epochs=10.0,
        max_steps=4,
        questions_per_sequence=4,
        save_every=2,
        eval_examples=0,
        rank=2,
        alpha=4,
        learning_rate=1e-2,
    )
    return replace(config, **changes)


def weights(runs: Path, run: str) -> dict[str, torch.Tensor]:
    checkpoint = newest_usable(RunFolder(runs / run))
    assert checkpoint is not None
    return load_file(checkpoint / "adapter_model.safetensors")


def same(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.fixture(scope="module")
def whole(place: Path) -> RunFolder:
    """A run that nobody interrupted."""
    assert train_run(settings(place, "whole"), place / "runs") == 0
    return RunFolder(place / "runs" / "whole")


def test_a_run_leaves_what_the_contract_says(whole: RunFolder) -> None:
    state = whole.read_state()
    assert state and (state.status, state.step, state.total) == ("finished", 4, 4)
    metrics = whole.read_metrics()
    assert [m["step"] for m in metrics] == [1, 2, 3, 4]
    wanted = {"loss", "learning_rate", "grad_norm", "tokens_per_second", "seconds_left"}
    assert wanted | {"peak_memory_mb"} <= set(metrics[0])
    assert metrics[-1]["loss"] < metrics[0]["loss"]
    assert [path.name for path in whole.checkpoints()] == ["checkpoint-2", "checkpoint-4"]
    card = json.loads((whole.adapter / "card.json").read_text())
    assert card["data"][0]["rows"] == 12 and card["name"] == "whole"


def test_the_base_stands_still_and_the_adapter_moved(place: Path, whole: RunFolder) -> None:
    moved = load_file(whole.adapter / "adapter_model.safetensors")
    assert moved and all(weight.any() for name, weight in moved.items() if "lora_B" in name)
    assert not [name for name in moved if "lora_" not in name]
    before = load_file(place / "base" / "model.safetensors")
    base = load_for_training(str(place / "base"))
    kept = base.model.get_input_embeddings().weight.float()
    assert torch.allclose(kept, before["model.embed_tokens.weight"].float(), atol=1e-2)


def test_training_moves_no_weight_of_the_base(place: Path, tmp_path: Path) -> None:
    base = load_for_training(str(place / "base"))
    config = settings(place, "x")
    load = build_load(training_data(config), base.tokenizer, config)
    trainer = build_trainer(base, load.packs, [], config, RunFolder(tmp_path))
    parameters = dict(trainer.model.named_parameters())
    before = {name: weight.detach().clone() for name, weight in parameters.items()}
    trainer.args.max_steps = 2
    trainer.args.save_strategy = "no"
    trainer.train()
    moved = {name for name, weight in parameters.items() if not torch.equal(weight, before[name])}
    assert moved and all("lora_" in name for name in moved)
    assert {name for name in before if "lora_B" in name} <= moved


def test_the_end_of_the_statement_is_learned_and_the_padding_is_not(place: Path) -> None:
    config, tokenizer = settings(place, "x"), tiny_tokenizer()
    packs = build_load(training_data(config), tokenizer, config).packs
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    for pack in packs:
        ends = [n for n, label in enumerate(pack.labels) if label == tokenizer.eos_token_id]
        assert len(ends) == max(pack.segments)

    def size(pack: Pack) -> int:
        return len(pack.input_ids)

    batch = PackCollator(tokenizer.pad_token_id)(
        [vars(min(packs, key=size)), vars(max(packs, key=size))]
    )
    padding = batch["input_ids"] == tokenizer.pad_token_id
    assert padding.any() and (batch["labels"][padding] == IGNORED).all()


def stop_at(folder: RunFolder, step: int) -> None:
    """Send ourselves SIGTERM once that step is logged."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if any(m["step"] >= step for m in folder.read_metrics()):
            os.kill(os.getpid(), signal.SIGTERM)
            return
        time.sleep(0.005)


def test_stopped_and_resumed_it_ends_with_the_same_weights(place: Path, whole: RunFolder) -> None:
    runs, config = place / "runs", settings(place, "paused", save_every=100)
    folder = RunFolder(runs / "paused")
    watcher = threading.Thread(target=stop_at, args=(folder, 1), daemon=True)
    watcher.start()
    assert train_run(config, runs) == 3
    watcher.join()
    stopped = folder.read_state()
    assert stopped and stopped.status == "stopped"
    assert folder.last_step() == stopped.step < 4, "SIGTERM saved the step it was at"
    assert train_run(replace(config, resume=True), runs) == 0
    assert same(weights(runs, "paused"), weights(runs, "whole"))
    losses = [[m["loss"] for m in one.read_metrics()] for one in (folder, whole)]
    assert losses[0] == losses[1]


def test_a_checkpoint_cut_short_is_not_gone_on_from(place: Path, whole: RunFolder) -> None:
    runs = place / "runs"
    assert train_run(settings(place, "torn"), runs) == 0
    torn = RunFolder(runs / "torn")
    (torn.adapter / "card.json").unlink()
    newest = torn.checkpoints()[-1] / "adapter_model.safetensors"
    newest.write_bytes(newest.read_bytes()[:-100])
    assert train_run(settings(place, "torn", resume=True), runs) == 0
    assert same(weights(runs, "torn"), weights(runs, "whole"))
    assert (torn.path / "unreadable-4").is_dir()


def test_a_loss_that_is_no_number_ends_the_run_and_names_what_is_good(place: Path) -> None:
    base = save_tiny_base(place / "poisoned", poisoned=True)
    data = write_examples(place / "poisoned.jsonl", poison_at=3)
    config = settings(
        place, "poisoned", base=str(base), data=(str(data),), questions_per_sequence=1,
        sequences_per_step=1, max_steps=12, save_every=1, seed=1,
    )  # fmt: skip
    with pytest.raises(TrainingError, match="is not a number") as error:
        train_run(config, place / "runs")
    folder = RunFolder(place / "runs" / "poisoned")
    state = folder.read_state()
    assert state and state.status == "failed" and "is not a number" in state.message
    step = folder.last_step()
    assert step >= 1 and f"of step {step}, are in 'checkpoint-{step}'" in str(error.value)
    assert all(
        torch.isfinite(weight).all() for weight in weights(place / "runs", "poisoned").values()
    )


def test_other_data_is_not_gone_on_with(place: Path, whole: RunFolder) -> None:
    runs = place / "runs"
    assert train_run(settings(place, "moved", max_steps=2), runs) == 0
    (runs / "moved" / "adapter" / "card.json").unlink()
    data = write_examples(place / "less.jsonl", count=5)
    with pytest.raises(TrainingError, match="data changed"):
        train_run(settings(place, "moved", data=(str(data),), resume=True), runs)


def test_the_dry_run_predicts(place: Path) -> None:
    found = dry_run(settings(place, "x"))
    assert (found.steps, found.examples) == (4, 12)
    assert found.tokens_per_second > 0 and found.peak_memory_mb > 50 and found.longest > 400
    assert not (place / "runs" / "x").exists()


def test_the_dry_run_refuses(place: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="more memory"):
        check_memory(5_000, 1_000)
    with pytest.raises(TrainingError, match="MB free"):
        check_disk(1e12, tmp_path)
    with pytest.raises(DataError, match="128 tokens"):
        dry_run(settings(place, "x", max_length=128))
    with pytest.raises(ModelError, match="can't be loaded"):
        dry_run(settings(place, "x", base=str(tmp_path / "no-base")))


def test_an_adapter_is_gone_on_from(place: Path, whole: RunFolder) -> None:
    more = settings(place, "more", adapter=str(whole.adapter), rank=64, max_steps=2)
    assert train_run(more, place / "runs") == 0
    first, last = (RunFolder(place / "runs" / name).read_metrics() for name in ("more", "whole"))
    assert first[0]["loss"] < last[0]["loss"]
    card = json.loads((place / "runs" / "more" / "adapter" / "card.json").read_text())
    assert (card["config"]["adapter"], card["config"]["rank"]) == ("whole", 2)
    begun = load_file(whole.adapter / "adapter_model.safetensors")
    ended = load_file(place / "runs" / "more" / "adapter" / "adapter_model.safetensors")
    assert {name: w.shape for name, w in begun.items()} == {n: w.shape for n, w in ended.items()}
    assert any(not torch.equal(begun[name], ended[name]) for name in begun)


def test_a_run_is_resumed_when_what_it_began_with_is_gone(place: Path, whole: RunFolder) -> None:
    first = place / "first"
    shutil.copytree(whole.adapter, first)
    more = settings(place, "orphan", adapter=str(first), max_steps=20)
    folder = RunFolder(place / "runs" / "orphan")
    threading.Thread(target=stop_at, args=(folder, 1), daemon=True).start()
    assert train_run(more, place / "runs") == 3
    shutil.rmtree(first)
    assert train_run(replace(more, resume=True), place / "runs") == 0
    assert folder.finished and [m["step"] for m in folder.read_metrics()] == list(range(1, 21))


def test_an_adapter_that_does_not_fit_is_no_start(
    place: Path, whole: RunFolder, tmp_path: Path
) -> None:
    with pytest.raises(AdapterError, match="no adapter"):
        dry_run(settings(place, "x", adapter="nobody"))
    strange = tmp_path / "strange"
    shutil.copytree(whole.adapter, strange)
    written = json.loads((strange / "adapter_config.json").read_text())
    (strange / "adapter_config.json").write_text(json.dumps({**written, "r": 3}))
    with pytest.raises(AdapterError, match="another shape"):
        dry_run(settings(place, "x", adapter=str(strange)))
    (strange / "adapter_config.json").write_text(
        json.dumps({**written, "target_modules": ["q_proj"]})
    )
    with pytest.raises(AdapterError, match="other layers"):
        dry_run(settings(place, "x", adapter=str(strange)))
    card = json.loads((strange / "card.json").read_text())
    (strange / "card.json").write_text(json.dumps({**card, "prompt_fingerprint": "another"}))
    with pytest.raises(AdapterError, match="prompt"):
        dry_run(settings(place, "x", adapter=str(strange)))


def test_a_run_is_not_written_over(place: Path, whole: RunFolder) -> None:
    with pytest.raises(TrainingError, match="already"):
        train_run(settings(place, "whole"), place / "runs")
    with pytest.raises(TrainingError, match="finished"):
        train_run(settings(place, "whole", resume=True), place / "runs")


# What follows starts processes that each load torch: minutes on a busy machine.


def shell(place: Path, *arguments: str, processes: int = 1) -> subprocess.Popen[bytes]:
    launch = ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", str(processes),
              "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
              "--main_process_port", "0"]  # fmt: skip
    start = launch if processes > 1 else []
    return subprocess.Popen(
        [sys.executable, *start, "-m", "finetune", "train", *arguments],
        cwd=ROOT,
        env={**os.environ, "TEXT2SQL_RUNS": str(place / "runs"), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=(place / "log").open("ab"),
    )


def with_config(place: Path, config: TrainConfig) -> str:
    path = place / f"{config.run}.json"
    config.save(path)
    return str(path)


def test_killed_and_resumed_it_ends_with_the_same_weights(place: Path, whole: RunFolder) -> None:
    runs = place / "runs"
    path = with_config(place, settings(place, "killed", max_steps=40))
    child = shell(place, "--config", path)
    folder = RunFolder(runs / "killed")
    until = time.monotonic() + PATIENCE_S
    while folder.last_step() < 4:
        assert child.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    state = folder.read_state()
    assert state and not state.alive and not folder.finished
    assert shell(place, "--config", path, "--resume").wait(PATIENCE_S) == 0
    assert (
        shell(place, "--config", with_config(place, settings(place, "alive", max_steps=40))).wait(
            PATIENCE_S
        )
        == 0
    )
    assert same(weights(runs, "killed"), weights(runs, "alive"))


def test_two_processes_learn_what_one_does(place: Path) -> None:
    runs = place / "runs"
    for run, processes in (("one", 1), ("two", 2)):
        path = with_config(place, settings(place, run, questions_per_sequence=1))
        assert shell(place, "--config", path, processes=processes).wait(PATIENCE_S) == 0
    curves = [[m["loss"] for m in RunFolder(runs / run).read_metrics()] for run in ("one", "two")]
    assert len(curves[0]) == 4
    assert curves[1] == pytest.approx(curves[0], rel=2e-3)


def test_the_dry_run_of_a_polite_child(place: Path) -> None:
    found = foresee(settings(place, "x"), timeout_s=PATIENCE_S)
    assert found.steps == 4 and found.examples == 12


def test_a_real_step_on_the_real_base(place: Path) -> None:
    config = settings(place, "real", base="0.5b", max_steps=1, learning_rate=3e-4, warmup_ratio=0.0)
    assert train_run(config, place / "runs") == 0
    folder = RunFolder(place / "runs" / "real")
    assert 0 < folder.read_metrics()[0]["loss"] < 5
    card = json.loads((folder.adapter / "card.json").read_text())
    assert card["base"]["sha256"]
