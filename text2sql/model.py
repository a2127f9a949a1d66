"""A base model in 4 bits, with the adapters that sit on it.

NF4 with double quantisation (Dettmers et al., "QLoRA", 2023), converted once and cached. Device and
number format are decided here and nowhere else. Knows nothing of prompts or SQL.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bitsandbytes
import torch
import transformers
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn import Linear4bit
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from text2sql.errors import ModelError
from text2sql.weights import DEFAULT_BASE, KNOWN, Progress, Weights, cache_dir, fetch, quiet

log = logging.getLogger(__name__)

# How far loading is, `progress` says; its bars and its advice on GGUF files are for developers.
transformers.logging.disable_progress_bar()
transformers.logging.set_verbosity_error()


@dataclass(frozen=True)
class Base:
    """A loaded base model and where it came from; `sha256` is empty for one given by name."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    name: str
    revision: str
    sha256: str
    device: str
    dtype: torch.dtype

    @property
    def precision(self) -> str:
        """How the weights are held and computed with, for people."""
        return f"4-bit NF4, {'bf16' if self.dtype is torch.bfloat16 else self.dtype_name} compute"

    @property
    def dtype_name(self) -> str:
        return str(self.dtype).removeprefix("torch.")


def pick_device() -> tuple[str, torch.dtype]:
    """The device and the number format it computes in: bf16 where it has it in hardware."""
    if torch.cuda.is_available():
        return "cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "cpu", torch.bfloat16 if native else torch.float32


def load_base(name: str = DEFAULT_BASE, *, progress: Progress = quiet) -> Base:
    """The base model in 4 bits: an entry of the table in `weights`, a hub name, or a folder.

    Raises WeightsError or ModelError.
    """
    known = KNOWN.get(name.lower())
    device, dtype = pick_device()
    if known is None:
        return _load_named(name, device, dtype)
    folder = cache_dir() / f"{known.filename.removesuffix('.gguf')}-nf4-{_conversion_key(known)}"
    if not (folder / "config.json").is_file():
        _convert(known, folder, progress)
    progress("Loading the base model", 1.0)
    model = _load_quantised(folder, device, dtype)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return Base(model, tokenizer, known.name, known.revision, known.sha256, device, dtype)


def load_for_training(name: str = DEFAULT_BASE, *, progress: Progress = quiet) -> Base:
    """The same 4-bit base, ready for QLoRA.

    TRL's loss reads the output layer's matrix, so that one is de-quantised. On a CPU all layers
    are, once: the values are those that QLoRA de-quantises anew in every step, so the training is
    the same; it costs memory (two bytes a weight) and saves the time.
    """
    base = load_base(name, progress=progress)
    dequantise(base.model, everything=base.device == "cpu", dtype=base.dtype)
    return base


def load_unquantised(name: str = DEFAULT_BASE, *, progress: Progress = quiet) -> Base:
    """The same base in bf16 and on the CPU: what an adapter is merged into.

    Raises WeightsError or ModelError.
    """
    known = KNOWN.get(name.lower())
    if known is None:
        return _load_named(name, "cpu", torch.bfloat16, quantise=False)
    model, tokenizer = _read_gguf(fetch(known, progress=progress))
    name, revision, sha256 = known.name, known.revision, known.sha256
    return Base(model.eval(), tokenizer, name, revision, sha256, "cpu", torch.bfloat16)


def dequantise(model: PreTrainedModel, *, everything: bool, dtype: torch.dtype) -> None:
    """Replace 4-bit layers by plain ones that hold the same values: all, or the output layer."""
    for path, layer in list(model.named_modules()):
        if isinstance(layer, Linear4bit) and (everything or path == "lm_head"):
            parent, _, own = path.rpartition(".")
            setattr(model.get_submodule(parent), own, _plain(layer, dtype))


def _plain(layer: Linear4bit, dtype: torch.dtype) -> torch.nn.Linear:
    plain = torch.nn.Linear(
        layer.in_features,
        layer.out_features,
        bias=layer.bias is not None,
        device=layer.weight.device,
        dtype=dtype,
    )
    with torch.no_grad():
        packed: Any = layer.weight
        plain.weight.copy_(dequantize_4bit(packed.data, packed.quant_state))
        if layer.bias is not None:
            plain.bias.copy_(layer.bias)
    return plain.requires_grad_(False)


def _quantisation(dtype: torch.dtype) -> BitsAndBytesConfig:
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        # An empty list would mean the default, which leaves the output layer in 16 bits: a fifth
        # of the weights, and 18 ms a token on two cores. A name that no layer has skips none.
        llm_int8_skip_modules=["none"],
    )


def _load_named(name: str, device: str, dtype: torch.dtype, *, quantise: bool = True) -> Base:
    """Any causal LM by hub name or folder; remote code is never trusted, only safetensors read."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            name,
            quantization_config=_quantisation(dtype) if quantise else None,
            dtype=dtype,
            device_map={"": device},
            trust_remote_code=False,
            use_safetensors=True,
        )
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The base model '{name}' can't be loaded: {str(error).splitlines()[0]}",
            hint=f"Give one of {', '.join(KNOWN)}, a hub name, or a folder with safetensors.",
        ) from error
    _mend_tied_output(model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    revision = getattr(model.config, "_commit_hash", None) or ""
    return Base(model.eval(), tokenizer, name, revision, "", device, dtype)


def _mend_tied_output(model: PreTrainedModel) -> None:
    """An output layer that shares the embedding's weights was never quantised: make it plain."""
    layer = model.get_output_embeddings()
    if isinstance(layer, Linear4bit) and getattr(layer.weight, "quant_state", None) is None:
        plain = torch.nn.Linear(layer.in_features, layer.out_features, bias=False, device="meta")
        plain.weight = layer.weight
        model.set_output_embeddings(plain)


def _load_quantised(folder: Path, device: str, dtype: torch.dtype) -> PreTrainedModel:
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, device_map={"": device}, local_files_only=True, use_safetensors=True
    )
    for layer in model.modules():
        if isinstance(layer, Linear4bit):
            layer.compute_dtype = dtype
            layer.compute_type_is_set = True
    return model.eval()


def _conversion_key(weights: Weights) -> str:
    """Names a conversion: other weights or another bitsandbytes must not meet an old cache."""
    made_of = [weights.sha256, bitsandbytes.__version__, transformers.__version__, "nf4-double-all"]
    return hashlib.sha256("|".join(made_of).encode()).hexdigest()[:12]


def _convert(weights: Weights, folder: Path, progress: Progress) -> None:
    """GGUF -> NF4 in `folder`, which appears only when whole.

    Saved before any forward pass: on a CPU with AVX512-BF16 the first pass repacks the 4-bit
    weights in place, and what is saved after it loads without complaint and computes nonsense.
    """
    source = fetch(weights, progress=progress)
    progress("Converting to 4 bits (once; about a minute)", 0.1)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix="convert-"))
    try:
        plain, tokenizer = _read_gguf(source)
        plain.save_pretrained(scratch / "plain")
        del plain
        progress("Converting to 4 bits (once; about a minute)", 0.6)
        small = AutoModelForCausalLM.from_pretrained(
            scratch / "plain",
            quantization_config=_quantisation(torch.bfloat16),
            dtype=torch.bfloat16,
        )
        small.save_pretrained(scratch / "nf4")
        tokenizer.save_pretrained(scratch / "nf4")
        _put_in_place(scratch / "nf4", folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    progress("Converting to 4 bits (once; about a minute)", 1.0)


def _read_gguf(source: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The file's model, de-quantised to bf16, and its tokenizer."""
    with _gguf_folder(source) as place:
        tokenizer = AutoTokenizer.from_pretrained(place, gguf_file=source.name)
        plain: Any = AutoModelForCausalLM.from_pretrained(
            place, gguf_file=source.name, dtype=torch.bfloat16
        )
    plain.hf_quantizer = None  # else save_pretrained refuses: "quantized with gguf"
    if hasattr(plain.config, "quantization_config"):
        del plain.config.quantization_config
    return plain, tokenizer


@contextmanager
def _gguf_folder(source: Path) -> Iterator[Path]:
    """A folder that holds the file alone: transformers looks for a config beside it."""
    with tempfile.TemporaryDirectory(dir=source.parent, prefix="gguf-") as folder:
        os.link(source, Path(folder) / source.name)
        yield Path(folder)


def _put_in_place(source: Path, target: Path) -> None:
    """Put a finished folder in place; if another process was quicker, keep what it made."""
    try:
        os.replace(source, target)
    except OSError:
        if not (target / "config.json").is_file():
            raise
