#!/usr/bin/env bash
#@ settings
# Reads tokenizer and data of the configs that are its arguments, before the runs that need them:
# what is fetched lies in the cache then, once. `submit.sh` submits it.

main() {
    local python top
    top=$PWD
    prepare
    CDPATH='' cd -- "$top" || exit 74  # paths are seen from here, wherever a set-up went
    set -u -o pipefail  # after the set-up, which people write without
    # The Python beside the program that trains; in a container there is none to be seen.
    python=$(command -v "${TCWC_TUNE:-tune}")
    python=${python%/*}/python
    [ -x "$python" ] || python=python3
    ${wrapper[@]+"${wrapper[@]}"} "$python" "$program" "$@"
}

main "$@"
exit
