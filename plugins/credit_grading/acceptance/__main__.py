"""``python -m credit_grading.acceptance --real FOLDER``."""

import sys

from credit_grading.acceptance.run import main

if __name__ == "__main__":
    sys.exit(main())
