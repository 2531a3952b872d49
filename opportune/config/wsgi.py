"""What the web server loads: Django's application, in a process that ends with the server that started it."""

import os
from multiprocessing import parent_process

from django.core.wsgi import get_wsgi_application

from opportune.operations.parentage import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opportune.config.settings")

# Granian runs this in a process of its own, which would keep listening after a `kill -9` of Granian.
if (server := parent_process()) is not None and server.pid is not None:
    end_with_parent(server.pid)

application = get_wsgi_application()
