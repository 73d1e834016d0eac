#!/usr/bin/env bash
# Make, or complete, an environment in which torchtune runs its recipe eleuther_eval.
#
#   setup_eleuther.sh ENV TORCHTUNE_VENV
#
# Its torch is that of TORCHTUNE_VENV, by a .pth file, so that nothing large is installed twice.
# Idempotent. Exit: 0 ready and checked; 1 a step failed; 2 wrong use.
set -u -o pipefail

die() { echo "setup_eleuther: $*" >&2; exit 1; }
[ $# -eq 2 ] && [ -n "$1" ] && [ -x "$2/bin/python" ] \
  || { echo "usage: setup_eleuther.sh ENV TORCHTUNE_VENV" >&2; exit 2; }
env=$1 torchtune=$2
pinned=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/eleuther.txt
packages() { "$1" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

if [ ! -x "$env/bin/python" ]; then
  "$torchtune/bin/python" -m venv "$env" || die "cannot make a virtual environment in $env"
fi
own=$(packages "$env/bin/python") && theirs=$(packages "$torchtune/bin/python") || die "no Python"
printf '%s\n' "$theirs" >"$own/torchtune.pth"
# pip sees what the .pth file brings, and takes it for installed.
"$env/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$pinned" \
  || die "could not install what $pinned names"
if [ -d "$own/torch" ]; then die "pip installed another torch than that of $torchtune"; fi
"$env/bin/python" -c 'import lm_eval, torchtune, transformers' || die "lm_eval or torchtune cannot be imported"
echo "Ready: $env"
