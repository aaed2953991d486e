"""Tells the cause of pull errors: JSON lines {"message", "image", "where"} in, {"cause"} out."""

from __future__ import annotations

import json
import sys

from kubectl_pullsecret.diagnosis.pull_errors import parse


def main() -> None:
    for line in sys.stdin:
        if not line.strip():
            continue
        asked = json.loads(line)
        error = parse(asked.get("message") or "", asked.get("image"), asked.get("where") or "")
        sys.stdout.write(json.dumps({"cause": error.cause.value}) + "\n")


if __name__ == "__main__":
    main()
