"""The WSGI entry that granian (or any other server) loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bina.config.settings")
application = get_wsgi_application()

# What was loaded so far stays for the life of the process: looking through it again and again for garbage costs every
# page some percent of its time. The thresholds let a page be written without a pause for that.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
