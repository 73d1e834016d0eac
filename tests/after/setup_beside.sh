#!/usr/bin/env bash
# Make, or complete, an environment beside torchtune's: its torch is that of TORCHTUNE_VENV, by a
# .pth file, so that nothing large is installed twice.
#
#   setup_beside.sh evaluators ENV TORCHTUNE_VENV   transformers, peft, lm_eval
#   setup_beside.sh eleuther ENV TORCHTUNE_VENV     what torchtune's recipe eleuther_eval runs with
#
# What is installed stands in tests/evaluators.txt and tests/eleuther.txt.
# Idempotent. Exit: 0 ready and checked; 1 a step failed; 2 wrong use.
set -u -o pipefail

die() { echo "setup_beside: $*" >&2; exit 1; }
case ${1-} in
evaluators) needed='lm_eval, peft, transformers' ;;
eleuther) needed='lm_eval, torchtune, transformers' ;;
*) needed='' ;;
esac
[ $# -eq 3 ] && [ -n "$needed" ] && [ -n "$2" ] && [ -x "$3/bin/python" ] \
  || { echo "usage: setup_beside.sh evaluators|eleuther ENV TORCHTUNE_VENV" >&2; exit 2; }
env=$2 torchtune=$3
pinned=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/$1.txt
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
"$env/bin/python" -c "import $needed" || die "one of $needed cannot be imported"
echo "Ready: $env"
