"""What the Train tab's events do: values of components in, updates of components out.

Every event can be called by anyone, not only by the page: each asks first whether training is
allowed here, and a run's name is checked before it is a path.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from finetune.export import export_adapter
from finetune.foreseen import check_disk, foresee
from finetune.jobs import Jobs
from finetune.memory import available_memory_mb, free_disk_mb
from finetune.run_folder import RunFolder, run_folders
from text2sql.errors import Text2SQLError, TrainingError
from ui import render, train_data, train_show
from ui.ask_handlers import BUSY, BUSY_HINT, visit_key
from ui.asking import BROKEN
from ui.scratch import scratch_folder
from ui.service import Service
from ui.settings import training_allowed
from ui.train_panel import LISTS, PANEL, Updates, empty_panel, lists_of, panel_of
from ui.train_runs import (
    RunView,
    all_views,
    at_work,
    first_shown,
    list_mark,
    run_mark,
    view_of,
    write_notes,
)
from ui.train_settings import preset_values
from ui.train_start import Starter, some_text

log = logging.getLogger(__name__)

LOCKED = "Training is switched off on this page."
LOCKED_HINT = "Run your own copy with TEXT2SQL_TRAINING=on to train."
BROKEN_HINT = "Nothing was started or lost. The log of the page says more."
NEW_ADAPTER = ("A new adapter", "")
CHECKING = "Reading the data and measuring one step, in a process of its own"


@dataclass(frozen=True)
class Seen:
    """What an open page has drawn: which run, and marks of how it and the list looked."""

    name: str = ""
    run: str = ""
    lists: str = ""


@dataclass(frozen=True)
class TrainHandlers:
    """The handlers of one page, on its service and its runs."""

    service: Service
    jobs: Jobs = field(default_factory=Jobs)
    allowed: bool = field(default_factory=training_allowed)

    @property
    def starter(self) -> Starter:
        """Makes configs of what the page says, and starts runs."""
        return Starter(self.service, self.jobs)

    def demand(self) -> None:
        """Refuse whoever calls where training is off; the first line of every event."""
        if not self.allowed:
            raise gr.Error(f"{LOCKED} {LOCKED_HINT}", print_exception=False)

    def source(self, source: str) -> Updates:
        """Which inputs belong to a source of data; an earlier preview goes."""
        self.demand()
        kinds = (train_data.SCHEMA, train_data.UPLOAD, train_data.HUB)
        return [*(gr.Column(visible=source == kind) for kind in kinds), ""]

    def adapters(self) -> Any:
        """What a training can start from: nothing, released adapters, finished runs."""
        self.demand()
        names = self.service.models.choices()
        return gr.Dropdown(choices=[NEW_ADAPTER, *((name, name) for name in names)])

    def preset(self, preset: str) -> Updates:
        """The preset's settings, and the preset in a sentence."""
        self.demand()
        try:
            return [*preset_values(preset), train_show.about_preset(preset)]
        except TrainingError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def preview(self, *given: Any) -> Iterator[str]:
        """The first rows of the data, with the run's own settings of how they are read."""
        self.demand()
        yield render.busy("Reading the data")
        yield told(lambda: self._previewed(*given))

    def _previewed(self, *given: Any) -> str:
        choice, config = self.starter.asked(given)
        data = train_data.named(choice, self.jobs.runs)
        config = train_data.with_data(config, choice, data)
        return train_show.preview(train_data.preview(config, self.service.models.tokenizer))

    def begin_check(self, request: gr.Request) -> Updates:
        """The busy state at once; nothing while this visit's earlier check is at work."""
        self.demand()
        busy = [render.busy(CHECKING), *_check_buttons(busy=True)]
        return busy if self.service.stops.begin(_check_key(request)) else [gr.skip()] * len(busy)

    def check(self, request: gr.Request, *given: Any) -> Updates:
        """What the run would take, or why it can't be done; nothing is started."""
        self.demand()
        with self.service.stops.working(_check_key(request)) as stop:
            said = told(lambda: self._foreseen(given, stop.is_set))
        return [said, *_check_buttons(busy=False)]

    def _foreseen(self, given: tuple[Any, ...], stopped: Callable[[], bool]) -> str:
        choice, config = self.starter.asked(given)
        data = train_data.named(choice, self.jobs.runs, cancelled=stopped)
        found = foresee(train_data.with_data(config, choice, data), cancelled=stopped)
        place = _existing(self.jobs.runs)
        check_disk(found.disk_mb, place)
        return train_show.foreseen(
            found, memory_free_mb=available_memory_mb(), disk_free_mb=free_disk_mb(place)
        )

    def cancel_check(self, request: gr.Request) -> Any:
        """End the dry run."""
        self.demand()
        at_work = self.service.stops.stop(_check_key(request))
        return render.busy("Cancelling") if at_work else gr.skip()

    def refused(self, request: gr.Request) -> Updates:
        """What is shown when the queue takes no more checks."""
        self.demand()
        self.service.stops.end(_check_key(request))
        said = render.failure("Somebody else checks now.", "Try again in a minute.")
        return [said, *_check_buttons(busy=False)]

    def begin_start(self) -> Updates:
        """The busy state at once; Start can't be pressed again meanwhile."""
        self.demand()
        return [render.busy("Starting"), gr.Button(interactive=False)]

    def start(self, *given: Any) -> Updates:
        """Start a run, or put it in the queue; what went wrong, the run to show, Start again."""
        self.demand()
        again = gr.Button(interactive=True)
        try:
            job = self.starter.start(*self.starter.asked(given))
        except Text2SQLError as error:
            return [render.failure(error.message, error.hint), gr.skip(), again]
        except Exception:  # the page's edge
            log.exception("A run could not be started.")
            return [render.failure(BROKEN, BROKEN_HINT), gr.skip(), again]
        return ["", job, again]

    def not_started(self) -> Updates:
        """What is shown when the queue takes no more."""
        self.demand()
        return [render.failure(BUSY, BUSY_HINT), gr.skip(), gr.Button(interactive=True)]

    def select(self, row: list[Any]) -> tuple[Any, str]:
        """The run of a line of the list, and no word about another."""
        self.demand()
        name = row[0] if isinstance(row, list) and row else ""
        try:
            return self.jobs.folder(some_text(name)).name, ""
        except TrainingError as error:
            return gr.skip(), render.failure(error.message, error.hint)

    def stop(self, name: str) -> str:
        """Ask the run to save and end."""
        self.demand()
        return told(lambda: _nothing(self.jobs.stop(some_text(name))))

    def resume(self, name: str) -> str:
        """Go on where the run was saved."""
        self.demand()
        return told(lambda: _nothing(self.jobs.resume(some_text(name))))

    def ask_delete(self, name: str) -> Updates:
        """The question whether the run is really to go."""
        self.demand()
        what = f"Delete the run {name} with its checkpoints and its adapter? This can't be undone."
        return [f'<p class="ask-delete">{render.text(what)}</p>', gr.Column(visible=True)]

    def keep(self) -> Any:
        """Put the question away."""
        self.demand()
        return gr.Column(visible=False)

    def delete(self, name: str) -> Updates:
        """Remove the run; then another one is shown."""
        self.demand()
        said = told(lambda: self._deleted(name))
        return [said, gr.Column(visible=False), gr.skip() if said else first_shown(self.jobs)]

    def _deleted(self, name: str) -> str:
        folder = self.jobs.folder(some_text(name))
        if self.service.models.default == folder.name and folder.finished:
            raise TrainingError(
                f"Ask answers with {name!r} now.",
                hint="Start the page with another adapter first."
                if self.service.models.first == folder.name
                else f"Press '{train_show.PUT_DOWN}' first.",
            )
        self.jobs.delete(folder.name)
        train_data.tidy(self.jobs.runs)
        return ""

    def notes(self, name: str, drawn: str, notes: str) -> tuple[str, Any]:
        """Keep what was written about the run, if it is not what was `drawn`; what is kept now."""
        self.demand()
        text = some_text(notes)
        if text == drawn:
            return "", gr.skip()
        return told(lambda: _nothing(write_notes(self.jobs.folder(some_text(name)), text))), text

    def use(self, name: str, pressed: str) -> str:
        """Have Ask and Compare answer with the run's adapter, or no longer, as the button said."""
        self.demand()
        return told(lambda: self._used(name, put_down=pressed == train_show.PUT_DOWN))

    def _used(self, name: str, *, put_down: bool) -> str:
        models, folder = self.service.models, self.jobs.folder(some_text(name))
        if put_down:
            if models.default == folder.name:
                models.use(None)
            said = f"Ask answers with {models.default or 'the untuned base'} again."
        else:
            if not folder.finished:
                raise TrainingError(f"The run {name!r} has no adapter yet.", hint="Let it finish.")
            models.use(folder.name)
            said = f"Ask answers with {name} now, and Compare offers it."
        return f'<p class="note done" role="status">{render.text(said)}</p>'

    def export(self, name: str) -> tuple[str, Any]:
        """The adapter as a zip to download."""
        self.demand()
        made: list[Path] = []

        def make() -> str:
            made.append(self._zipped(name))
            return ""

        said = told(make)
        return said, gr.DownloadButton(value=str(made[0]), visible=True) if made else gr.skip()

    def _zipped(self, name: str) -> Path:
        folder = self.jobs.folder(some_text(name))
        if not folder.finished:
            raise TrainingError(f"The run {name!r} has no adapter yet.", hint="Let it finish.")
        return export_adapter(folder.adapter, scratch_folder() / f"{folder.name}.zip")

    def compare(self, left: str | None, right: str | None) -> str:
        """Two runs' settings side by side; nothing until both are chosen."""
        self.demand()
        if not left or not right:
            return ""
        sides = str(left), str(right)
        return told(lambda: train_show.compared(*(view_of(self.jobs, name) for name in sides)))

    def restore(self) -> tuple[str, Seen]:
        """The run to show at a visit, of which nothing is drawn yet."""
        self.demand()
        return first_shown(self.jobs), Seen()

    def tick(self, name: str, seen: Seen) -> Updates:
        """What of the shown run and of the list has changed since it was drawn.

        Where none is shown, or it is gone, the one shown from now on comes before the marks.
        """
        self.demand()
        name, asked = some_text(name), name
        known = name in {folder.name for folder in run_folders(self.jobs.runs)}
        if not known:
            name = first_shown(self.jobs)
            known = bool(name)
        mark = run_mark(self.jobs, name) if known else "none"
        now = Seen(name, f"{mark} {self.service.models.default}", list_mark(self.jobs))
        panel, lists = [gr.skip()] * PANEL, [gr.skip()] * LISTS
        if (now.name, now.run) != (seen.name, seen.run):
            panel = self._panel(name, notes=name != seen.name) if known else empty_panel()
        if now.lists != seen.lists:
            lists = lists_of(all_views(self.jobs))
        return [*panel, *lists, name if name != asked else gr.skip(), now]

    def _panel(self, name: str, *, notes: bool) -> Updates:
        """The shown run; what is being written about it is left alone."""
        try:
            view = view_of(self.jobs, name)
        except TrainingError:  # deleted since
            return empty_panel()
        models = self.service.models
        lasting = models.default == models.first == name
        return panel_of(view, in_use=models.default == name, notes=notes, lasting=lasting)

    def training_line(self) -> str:
        """One line for every tab while a run uses the machine."""
        self.demand()
        folder = at_work(self.jobs)
        return told(lambda: train_show.training_line(self._view(folder)))

    def _view(self, folder: RunFolder | None) -> RunView | None:
        return view_of(self.jobs, folder.name) if folder else None


def told(action: Callable[[], str]) -> str:
    """What an action says, or what went wrong with it."""
    try:
        return action()
    except Text2SQLError as error:
        return render.failure(error.message, error.hint)
    except Exception:  # the page's edge: a message for the visitor, the trace for the log
        log.exception("The Train tab failed.")
        return render.failure(BROKEN, BROKEN_HINT)


def _nothing(done: object) -> str:
    """No word about what went well and is seen elsewhere."""
    return ""


def _check_buttons(*, busy: bool) -> tuple[Any, Any]:
    return gr.Button(visible=not busy), gr.Button(visible=busy)


def _check_key(request: gr.Request) -> str:
    return f"check:{visit_key(request)}"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that there is."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())
