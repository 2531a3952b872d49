"""The product's settings, with a count of queries in every answer and the floors beside the product's addresses."""

from opportune.config.settings import *  # noqa: F403
from opportune.config.settings import MIDDLEWARE as PRODUCT_MIDDLEWARE

MIDDLEWARE = ["bench.beside.Beside", *PRODUCT_MIDDLEWARE]
