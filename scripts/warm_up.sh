#!/usr/bin/env bash
#@ settings
# Reads tokenizer and data of the configs that are its arguments, before the runs that need them:
# what is fetched lies in the cache then, once. `submit.sh` submits it.

set -u -o pipefail

main() {
    prepare || exit 74
    start "${TCWC_PYTHON:-python3}" "$program" "$@"
}

main "$@"
exit
