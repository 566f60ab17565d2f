"""``python -m credit_grading``."""

from credit_grading.cli import main

raise SystemExit(main())
