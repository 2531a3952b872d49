"""The addresses of the API, all below `/api/`."""

from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import Router

from opportune.api import (
    access,
    bin,
    boards,
    categories,
    change_sets,
    competitors,
    connections,
    customers,
    customising,
    deleting,
    jobs,
    opportunities,
    opportunities_many,
    opportunity_commands,
    opportunity_surroundings,
    organisation,
    people,
    processes,
    refusals,
    searching,
    settled,
    tasks,
)
from opportune.api.door import around, make_door, nothing_here

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("opportunities", opportunities.router),
    ("opportunities", opportunity_commands.router),
    ("opportunities", deleting.router),
    ("opportunities", opportunity_surroundings.router),
    ("competitors", competitors.router),
    ("reminders", opportunity_surroundings.reminders),
    ("opportunities", opportunities_many.router),
    ("accounts", customers.accounts),
    ("contacts", customers.contacts),
    ("tasks", tasks.router),
    ("change-sets", change_sets.router),
    ("search", searching.router),
    ("", processes.router),
    ("", boards.router),
    ("", settled.router),
    ("", customising.router),
    ("", organisation.router),
    ("", categories.router),
    ("", people.router),
    ("", connections.router),
    ("", bin.router),
    ("jobs", jobs.router),
    ("", access.router),
    ("", refusals.router),
)

door = make_door()
for prefix, router in ROUTERS:
    door.add_router(prefix, router)

_routes, _application, _namespace = door.urls
for route in _routes:
    if isinstance(route, URLPattern):
        route.callback = around(route.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", (_routes, _application, _namespace)),
    re_path("", csrf_exempt(around(nothing_here))),
]
