"""The one family of errors.

    Text2SQLError
    ├── InputError            what the user gave can't be used
    │   ├── SchemaError       the pasted DDL
    │   ├── QuestionError     the question
    │   └── UploadError       an uploaded file
    ├── ModelError            the model can't be had or can't be used
    │   ├── WeightsError      the base model's file
    │   ├── AdapterError      an adapter or its card
    │   └── GenerationError   a generation that failed (endpoint down, prompt too long)
    ├── ExecutionError        the sandbox
    │   ├── QueryError        DuckDB refused the statement (parser, binder, run time)
    │   ├── QueryTimeout      the deadline passed; the child was killed
    │   └── SandboxError      the child died or could not start
    └── TrainingError         training data, settings, or a run that failed
        └── DataError         a data file with nothing usable in it

A message says what is wrong, with the value quoted, and what to do next.
"""

from __future__ import annotations


class Text2SQLError(Exception):
    """Base of every error that is meant for the user's eyes."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(Text2SQLError):
    """What the user gave can't be used."""


class SchemaError(InputError):
    """The pasted DDL can't be used; says where (1-based line and column) if known."""

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = f"Line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{super().__str__()}"


class QuestionError(InputError):
    """The question can't be used."""


class UploadError(InputError):
    """An uploaded file can't be used."""


class ModelError(Text2SQLError):
    """The model can't be had or can't be used."""


class WeightsError(ModelError):
    """The base model's file can't be had, or is not that file."""


class AdapterError(ModelError):
    """An adapter or its card can't be used with this base or prompt."""


class GenerationError(ModelError):
    """A generation failed."""


class ExecutionError(Text2SQLError):
    """The sandbox could not give rows."""


class QueryError(ExecutionError):
    """DuckDB refused the statement; the message is DuckDB's own, made short."""


class QueryTimeout(ExecutionError):
    """The deadline passed and the child was killed."""


class SandboxError(ExecutionError):
    """The child died or could not start."""


class TrainingError(Text2SQLError):
    """Training data, settings, or a run that failed."""


class DataError(TrainingError):
    """A data file with nothing usable in it."""
