"""Runs `lmcache` with arguments from the environment: among them are credentials, and everybody may read a command line."""
import json
import os
import sys

sys.argv = ["lmcache", *json.loads(os.environ.pop("VLLM_JUNIT_ARGUMENTS"))]

from lmcache.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
