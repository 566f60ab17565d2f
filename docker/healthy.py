"""``healthy.py <url>``: exit 0 when the address answers 200 and no part it reports is unhealthy."""

import json
import sys
from urllib.request import urlopen

with urlopen(sys.argv[1], timeout=15) as answer:
    # the scheduler's own server answers with the status line alone
    parts = json.loads(answer.read() or "{}")
# a part that was never started reports no status; the triggerer of a small installation, say
unhealthy = [name for name, part in parts.items() if isinstance(part, dict) and part.get("status") == "unhealthy"]
if unhealthy:
    sys.exit(f"unhealthy: {', '.join(unhealthy)}")
