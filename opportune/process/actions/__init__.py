"""Commands on processes, stages and steps. Only administrators customise (domain.md §7)."""

from opportune.process.actions.deleting import delete_process as delete_process
from opportune.process.actions.deleting import delete_stage as delete_stage
from opportune.process.actions.deleting import delete_step as delete_step
from opportune.process.actions.installing import install_processes as install_processes
from opportune.process.actions.processes import StageInput as StageInput
from opportune.process.actions.processes import change_process as change_process
from opportune.process.actions.processes import comment_process as comment_process
from opportune.process.actions.processes import create_process as create_process
from opportune.process.actions.processes import order_processes as order_processes
from opportune.process.actions.processes import retire_process as retire_process
from opportune.process.actions.processes import shift_process as shift_process
from opportune.process.actions.stages import add_stage as add_stage
from opportune.process.actions.stages import change_stage as change_stage
from opportune.process.actions.stages import clear_default_stage as clear_default_stage
from opportune.process.actions.stages import comment_stage as comment_stage
from opportune.process.actions.stages import move_stage as move_stage
from opportune.process.actions.stages import order_stages as order_stages
from opportune.process.actions.stages import set_default_stage as set_default_stage
from opportune.process.actions.stages import shift_stage as shift_stage
from opportune.process.actions.steps import add_step as add_step
from opportune.process.actions.steps import change_step as change_step
from opportune.process.actions.steps import move_step as move_step
from opportune.process.actions.steps import order_steps as order_steps
from opportune.process.actions.steps import require_step as require_step
from opportune.process.actions.steps import shift_step as shift_step
