"""From a question in English and a schema to SQL that was checked and run."""

import logging

# When imported, bitsandbytes warns that an optional kernel could not be fetched from the hub. We
# leave that kernel out on purpose, and this must be said before anything imports bitsandbytes.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
