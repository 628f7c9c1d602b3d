"""The WSGI application, which granian serves."""

from __future__ import annotations

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# What is imported stays: read the addresses now, not at the first request, and let the collector look past it all.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
