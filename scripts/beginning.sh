    case ${0##*/} in job.sbatch | evaluate.sbatch) CDPATH='' cd -- "$(dirname -- "$0")/$up" || exit 74 ;; esac; top=$PWD tcwc_ready=''
    trap '[ -n "$tcwc_ready" ] || { say "it ended in the setup of the profile $cluster"; exit 74; }' EXIT # --- environment: and setup: of the profile, as they are written there
#@ environment
#@ setup
    tcwc_ready=yes; CDPATH='' cd -- "$top" || exit 74 # --- after the setup, which may go elsewhere, and of whose ways with words none is left
    IFS=$' \t\n'; set +efC -u -o pipefail; shopt -u failglob nullglob nocasematch; trap - ERR DEBUG RETURN; unset GLOBIGNORE ${!SQUEUE_*}
    host=$(uname -n) boot=$(cat /proc/sys/kernel/random/boot_id 2> /dev/null) output=$PWD/$output
    job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID} restart=${SLURM_RESTART_COUNT:-0}
    job=${job:-${SLURM_JOB_ID-}} kills=$(oom_kills) beat=${TCWC_BEAT:-60} grace=${TCWC_GRACE:-15}
    case $place in '' | *[!0-9]*) ;; *) place=$((10#$place + ${SLURM_ARRAY_TASK_ID:-0})) ;; esac
    trap '' PIPE; trap 'on_signal 143' TERM; trap 'on_signal 130' INT; trap 'on_signal 129' HUP
    trap 'limit=yes; [ -z "$n" ] || : > "$stamp/$n.limit"' USR1
