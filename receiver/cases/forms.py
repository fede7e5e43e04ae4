"""What the pages of the register, cases, notes, tasks and attachments ask for."""

from receiver.cases.rules import (
    LIST_NAME,
    MOST,
    CloseReason,
    NoteKind,
    OpeningReason,
    Order,
    Presence,
    ProposalList,
    Stage,
    TaskKind,
    Whose,
)
from receiver.kit.words import _, p_
from receiver.people.rules import Need
from receiver.web.forms import (
    Choice,
    DateField,
    DayField,
    File,
    FileKind,
    Flag,
    Form,
    Hidden,
    Line,
    ManyOf,
    MonthField,
    OneOf,
    Text,
    optional,
)

_DAY = _("On which day")


class RegisterFilter(Form):
    """Which people the register shows; `s` stands for a search, `after` for a place in the list."""

    whose = optional(Choice(_("Whose people"), Whose))
    presence = optional(Choice(p_("person", "State"), Presence))
    stage = optional(Choice(p_("case", "Stage"), Stage))
    office = optional(OneOf(_("Office")))
    caseworker = optional(OneOf(_("Caseworker")))
    language = optional(OneOf(_("Language")))
    need = optional(Choice(_("What is needed first"), Need))
    arrived = optional(MonthField(_("Month of arrival"), hint=_("Such as 2026-11.")))
    sort = optional(Choice(_("Order"), Order))
    s = optional(Hidden(_("Search")))
    after = optional(Hidden(_("Place in the list")))


class ListNameForm(Form):
    """What a list is to be called."""

    name = Line(_("Name of the list"), length=LIST_NAME, autocomplete="off")


class SavedListForm(RegisterFilter):
    """Filters of the register, and under which name they are kept."""

    name = Line(_("Name of the list"), length=LIST_NAME, autocomplete="off")


class SearchForm(Form):
    """Whom somebody looks for."""

    q = Line(_("Name, reference, phone or document number"), optional=True, autocomplete="off", spellcheck="false")


class AssignmentForm(Form):
    """Who of the register goes to which caseworker."""

    person = ManyOf(_("People"), missing=_("Choose at least one person."))
    caseworker = OneOf(_("Caseworker"))


class CaseworkerForm(Form):
    """Who takes on one person."""

    caseworker = OneOf(_("Caseworker"))


class TransferForm(Form):
    """To which office somebody moves, why, with whom, and who takes them on there."""

    versioned = True
    office = OneOf(_("Office"))
    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))
    household = Flag(_("The whole household moves"))
    caseworker = optional(OneOf(_("Caseworker")))


class StageForm(Form):
    """Where a case goes next; `case` says which."""

    versioned = True
    case = Hidden(_("Case"))
    stage = Choice(p_("case", "Stage"), Stage)


class NoteForm(Form):
    """A note about a contact, and what is to be done next; `then` is the button."""

    kind = Choice(_("How was the contact?"), NoteKind)
    contact_on = DateField(_DAY)
    text = Text(_("What was said and seen"))
    sensitive = Flag(
        _("This note is sensitive"), hint=_("Only you and supervisors can read it. Others see that it exists.")
    )
    next_step = Line(
        _("Next step"),
        length=200,
        optional=True,
        hint=_("Of a sensitive note it is written in the note; the task only leads there."),
    )
    next_on = optional(DayField(_("To be done by")))
    then = optional(Hidden(_("What comes next")))

    def check(self) -> None:
        """A next step has words and a day."""
        if self.next_step and self.next_on is None:
            self.add_error("next_on", _("Please say by which day the next step is to be done."))
        elif self.next_on is not None and not self.next_step:
            self.add_error("next_step", _("Please write what the next step is."))


class OpeningForm(Form):
    """Why a sensitive note is opened."""

    why = Choice(_("Why do you need it?"), OpeningReason, hint=_("It is kept in the audit record."))


class OpeningFilter(Form):
    """Why a sensitive note was opened, for the page on which it is put right."""

    why = optional(Choice(_("Why do you need it?"), OpeningReason))


class CorrectionForm(Form):
    """A note put right."""

    versioned = True
    text = Text(_("What was said and seen"))
    reason = Line(_("Why is it corrected?"))


class TaskForm(Form):
    """Something to be done."""

    kind = Choice(p_("task", "Kind"), TaskKind)
    title = Line(_("What is to be done"), optional=True, hint=_("Leave it empty if the kind says enough."))
    due_on = DayField(_("To be done by"))
    assignee = optional(OneOf(_("Who does it")))


class TaskFilter(Form):
    """Which tasks the list shows."""

    whose = optional(Choice(_("Whose tasks"), Whose))
    after = optional(Hidden(_("Place in the list")))


class ProposalFilter(Form):
    """Which proposals the list shows."""

    show = optional(Choice(_("Proposals"), ProposalList))
    after = optional(Hidden(_("Place in the list")))


class BulkMoveForm(Form):
    """Another day for the tasks that were chosen."""

    task = ManyOf(_("Tasks"), missing=_("Choose at least one task."))
    due_on = DayField(_("New day"))


class MoveForm(Form):
    """Another day for one task."""

    due_on = DayField(_("New day"))


class DoneForm(Form):
    """What came of a task."""

    result = Text(_("What came of it"), length=1_000, rows=3, optional=True)


class HandOverForm(Form):
    """Who does a task instead."""

    assignee = OneOf(_("Who does it"))


class ReasonForm(Form):
    """An act with its reason."""

    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))


class AttachmentForm(Form):
    """A file about a person; it stands last, because it is asked for once only."""

    file = File(
        _("File"), (FileKind.PDF, FileKind.JPEG, FileKind.PNG), most=MOST, hint=_("PDF or picture, up to 10 MB.")
    )


class HistoryFilter(Form):
    """Which part of a history is shown; what there is to choose is offered by the page."""

    kind = optional(OneOf(_("Kind")))
    after = optional(Hidden(_("Place in the list")))


class CloseForm(Form):
    """Closing a case."""

    case = Hidden(_("Case"))
    why = Choice(_("Why does the case end?"), CloseReason)
    words = Text(
        _("Summary"), length=1_000, rows=4, hint=_("What was reached, and what the person knows about the end.")
    )
    on = optional(DayField(_("Last day"), hint=_("Today if you leave it empty.")))
    drop = Flag(_("They will not be done: drop them with the case"))
    tasks = optional(Hidden(_("Tasks")))

    @property
    def dropping(self) -> int:
        """How many open tasks somebody saw and wants dropped."""
        tasks = self.values.get("tasks") or ""
        return int(tasks) if self.values.get("drop") and tasks.isdecimal() else 0


class TransferProposalForm(Form):
    """To which office somebody should move, and why."""

    office = OneOf(_("Office"))
    reason = Text(_("Reason"), length=1_000, rows=4)


class ClosingProposalForm(Form):
    """Why a case should end."""

    why = Choice(_("Why does the case end?"), CloseReason)
    reason = Text(
        _("Summary"), length=1_000, rows=4, hint=_("What was reached, and what the person knows about the end.")
    )


class AnswerForm(Form):
    """Why a proposal is not accepted."""

    answer = Text(_("Why not?"), length=1_000, rows=3, hint=_("Whoever proposed it reads this."))


class ReopenForm(Form):
    """Opening a closed case again."""

    case = Hidden(_("Case"))
    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))
