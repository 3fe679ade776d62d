#!/usr/bin/env bash
# Says which prerequisites are missing, and where to get them.
set -euo pipefail

missing=0
need() { # command, what it is for, where it comes from
  if ! command -v "$1" >/dev/null; then
    echo "Missing: $1 ($2). Install it: $3" >&2
    missing=1
  fi
}
need cargo "builds everything" "https://rustup.rs"
need cc "links what cargo builds" "your system's C compiler, e.g. the package build-essential"
need node "bundles CSS and JavaScript" "Node.js 20 or later, https://nodejs.org"
need npm "installs packages for it" "it comes with Node.js"
need python3 "runs the stand-ins for S3, SES and Cognito" "Python 3.10 or later, https://www.python.org"
((missing == 0)) || exit 1

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
  echo "python3 is $(python3 --version | cut -d' ' -f2); 3.10 or later is needed." >&2
  exit 1
fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  echo "python3 can't make virtual environments: install your system's package python3-venv." >&2
  exit 1
fi
if ! node -e 'process.exitCode = Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0'; then
  echo "node is $(node --version); 20 or later is needed." >&2
  exit 1
fi
