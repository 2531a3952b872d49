"""The opportunity and what hangs on it, as facts."""

from opportune.opportunities.models.competitors import Competitor as Competitor
from opportune.opportunities.models.deal import CLOSED as CLOSED
from opportune.opportunities.models.deal import OPEN as OPEN
from opportune.opportunities.models.deal import STILL_OPEN as STILL_OPEN
from opportune.opportunities.models.deal import Entry as Entry
from opportune.opportunities.models.deal import Opportunity as Opportunity
from opportune.opportunities.models.deal import OpportunityQuerySet as OpportunityQuerySet
from opportune.opportunities.models.deal import Status as Status
from opportune.opportunities.models.deal import Valued as Valued
from opportune.opportunities.models.deal import exactly_one_customer as exactly_one_customer
from opportune.opportunities.models.hanging import FormSent as FormSent
from opportune.opportunities.models.hanging import ProcessRun as ProcessRun
from opportune.opportunities.models.hanging import Rival as Rival
from opportune.opportunities.models.hanging import StepMark as StepMark
from opportune.opportunities.models.hanging import TeamMember as TeamMember
from opportune.opportunities.models.tally import Tally as Tally
