"""What hangs on a deal: ticked steps, competitors, the sales team, the places kept in other processes."""

from django.db import models

from opportune.identity.models import User
from opportune.ledger.models import LIVE, Binnable, Recorded
from opportune.opportunities.models.competitors import Competitor
from opportune.opportunities.models.deal import Opportunity
from opportune.process.models import Process, Stage, Step
from opportune.storage.numbers import MoneyField


class StepMark(Recorded):
    """A tick on one deal's step."""

    kind = "step_mark"
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="marks")
    step = models.ForeignKey(Step, models.CASCADE, related_name="marks")
    is_done = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opportunity", "step"], name="mark_once")]

    def __str__(self) -> str:
        return f"{self.opportunity_id}/{self.step_id}"


class Rival(Binnable):
    """A competitor on a deal, with the price it asks, in the deal's currency, and when that was checked (C-041)."""

    kind = "rival"
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="rivals")
    competitor = models.ForeignKey(Competitor, models.PROTECT, related_name="rivalries")
    price = MoneyField(null=True)
    checked_on = models.DateField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("opportunity", "competitor", condition=LIVE, name="rival_once_a_deal")
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} against {self.competitor_id}"


class TeamMember(Binnable):
    """A colleague who helps with a deal; the share made with it grants access to this one record (D-049)."""

    kind = "team_member"
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="sales_team")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, blank=True)
    may_write = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("opportunity", "user", condition=LIVE, name="member_once_a_deal")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.opportunity_id}"


class ProcessRun(models.Model):
    """Where a deal stood in a process that it left for another (D-033); where it stands is the deal's own.

    Not recorded: it follows from the deal's own changes, and counts only while the deal is in another process. Each
    change of process notes on the deal's change which place it takes up, and undoing it gives that place back.
    """

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="runs")
    process = models.ForeignKey(Process, models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")
    is_finished = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opportunity", "process"], name="run_once_a_process")]

    def __str__(self) -> str:
        return f"{self.opportunity_id} in {self.process_id}"


class FormSent(models.Model):
    """That a person sent a form, or a request, once: what it made. Sent twice, it makes nothing more (C-058)."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    token = models.CharField(max_length=100)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "forms sent"
        constraints = [models.UniqueConstraint(fields=["person", "token"], name="form_once")]

    def __str__(self) -> str:
        return f"{self.person_id} made {self.opportunity_id}"
