#!/bin/bash
# shellcheck disable=SC2015,SC2016,SC2030,SC2031,SC2086,SC2089,SC2090
#@ directives
# A job: the door, the stamp and the training of one run. Plain bash, nothing of tcwc is needed.
#     sbatch --array=1-10 job.sbatch 0   the runs of index 1 to 10; with an offset, as `submit.sh --dry-run` shows
#     bash job.sbatch run_003            one run, without Slurm
# Then: --replace sets aside a folder of an earlier meaning (FOLDER.was-HASH), --smoke tries two steps.
# Exit: the training's own (128+n: a signal); 0 finished, or already; 65 refused; 66 no such run;
# 70 it left no result; 73 cannot write; 74 cannot prepare; 75 another job has the run.
#@ settings
set +o posix # with POSIXLY_CORRECT older ones cannot read what follows
say() { printf '\ntcwc: %s\n' "$*" 2> /dev/null || :; } # also where nobody reads any more
json() { # a text as JSON on one line, at most $2 bytes of it; null where it is empty
    case $1 in
        '') printf null ;;
        *[!A-Za-z0-9' '._:/,=+@%-]*) printf '"%s"' "$(printf '%s' "$1" | LC_ALL=C tr '\n\r\t' '   ' | LC_ALL=C tr -d '\000-\037\177' |
            LC_ALL=C cut -b "1-${2:-2000}" | iconv -c -f UTF-8 -t UTF-8 | LC_ALL=C sed 's/[\\"]/\\&/g')" ;;
        *) printf '"%.*s"' "${2:-2000}" "$1" ;; # as it is, without five processes
    esac
}
field() { # the plain value of key $1 in a line of JSON, $2; nothing for null
    printf '%s\n' "$2" | LC_ALL=C sed -n '/"'"$1"'":/{ s/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/; s/^null$//; p; }'
}
digest() { { sha256sum 2> /dev/null || shasum -a 256; } | cut -d ' ' -f 1; }
stat_of() { stat -c "%$1" "$3" 2> /dev/null || stat -f "%$2" "$3" 2> /dev/null; } # GNU, BSD
any() { local each; for each; do [ ! -e "$each" ] || return 0; done; return 1; } # whether one of these is there
stop() { # ends the job before any training, with code $1, and says why, for status too
    local told="$output/slurm/refused/$run.${job:-$host-$$}.json"
    say "$run: $2" && mkdir -p "${told%/*}" && printf '{"format":1,"run":"%s","job":%s,"at":%s,"why":%s}\n' \
        "$run" "$(json "$job")" "$(date +%s)" "$(json "$2")" > "$told.$$" && mv -f "$told.$$" "$told"
    exit "$1"
}
link() { # gives the complete file $1 the name $2; fails where that is taken
    ln "$1" "$2" 2> /dev/null && return
    [ "$(stat_of h l "$1")" = 2 ] && return # the server's answer got lost, and the retry failed
    (set -C && : > "$2") 2> /dev/null && { cat "$1" >> "$2" || ! rm -f "$2"; } # a file system without hard links
}

check_config() { # what runs is what was submitted
    config=$output/slurm/frozen/$sha256.yaml
    [ -r "$config" ] || stop 74 "$config is not there: submit.sh and \`tcwc run\` put it there"
    [ "$(digest < "$config")" = "$sha256" ] || [ "$(tr -d '\r' < "$config" | digest)" != "$sha256" ] || stop 65 "$config: line ends were changed"
    [ "$(digest < "$config")" = "$sha256" ] || stop 65 "$config was changed after it was submitted"
    [ "$checks" = no ] || [ "$(digest < "$output/$run.yaml")" = "$sha256" ] || stop 65 "$output/$run.yaml has moved on"
}
check_folder() { # the folder is this run's, or nobody's; sets $is, and $is_current where it is not of an earlier meaning
    local is_hash made="$stamp/.run.$host.$$" wrong="$folder holds a run of another meaning"
    if [ ! -e "$stamp/run.json" ]; then
        any "$folder"/epoch_* "$folder/recipe_state" && ! any "$stamp/run.json" && stop 65 "$folder holds a training without a stamp"
        mkdir -p "$stamp" && printf '{"format":1,"experiment":%s,"run":"%s","science_hash":"%s","world":%s,"effective_batch":%s}\n' \
            "$experiment" "$run" "$science_hash" "$world" "${batch/#-/null}" > "$made" && link "$made" "$stamp/run.json"
        rm -f "$made"
        any "$stamp/run.json" || stop 73 "cannot write to $folder"
    fi
    is=$(cat "$stamp/run.json") || exit 75 # it was set aside just now
    is_hash=$(field science_hash "$is") is_current=yes
    case $is in *'"experiment":'"$experiment"',"run":"'"$run"'",'*) ;; *) stop 65 "$folder is another run's: $is" ;; esac
    [ "$is_hash $(field world "$is")" != "$science_hash $world" ] || return
    is_current='' aside=$folder.was-${is_hash:0:8}
    case ",$replaces,$science_hash," in *",$is_hash,"*) wrong="$folder holds an earlier meaning of the run (--only changed replaces it)" ;; *) replace='' ;; esac
    [ -n "$replace" ] || stop 65 "$wrong: science_hash $is_hash, world $(field world "$is"), not $science_hash, world $world"
}
has_weights() { # whether one of the folders $2... has a file of weights, not older than $1
    local each at; for at in "${@:2}"; do for each in "$at"/*.{safetensors,bin,pt}; do [ ! -f "$each" ] || [ ! -s "$each" ] || [ "$1" -nt "$each" ] || return 0; done; done
    return 1
}
age() { # seconds since the last sign of life of attempt $1, by the file system's clock
    local last=$stamp/$1.beat clock="$stamp/.clock.$host.$$"; [ -e "$last" ] || last=$stamp/$1.start
    touch "$clock" && echo $(($(stat_of Y m "$clock") - $(stat_of Y m "$last"))) && rm -f "$clock"
}
is_dead() { # whether attempt $1, which has no end, is dead; sets $why
    local at tried theirs still=no its; its=$(cat "$stamp/$1.start") theirs=$(field job "$its")
    ! [ "$(age "$1")" -gt $((beat * 3)) ] || still=yes
    if [ -n "$job" ] && [ "$theirs" = "$job" ] && [ "$(field restart "$its")" -lt "$restart" ]; then
        why="same job, restart $(field restart "$its")"
        for tried in 1 2 3 4 5; do
            ! [ "$(age "$1")" -gt $((beat * 3 / 2)) ] || return 0
            say "$run: waits until its former self is still" && sleep "$beat"
        done
        return 1
    elif [ "$(field host "$its")/$(field boot "$its")" = "$host/$boot" ]; then # else it was started again, or is one of the same name
        why="its process is gone" # or dead, where nobody waits for it, as in containers
        at=/proc/$(field pid "$its")
        [ $still = yes ] && { { ! kill -0 "${at#/proc/}" 2> /dev/null && ! any "$at"; } || grep -qs ') [ZX] ' "$at/stat"; }
    else
        why="$(field host "$its") gives no sign of life" # and no scheduler knows it: one that does not answer may
        [ $still = yes ] && case ${theirs:+$(timeout 20 squeue -h -r -j "$theirs" -o %T 2>&1 || echo "rc $?")} in '' | PENDING | *'nvalid job id'*) ;; *) false ;; esac
    fi
}
describe() { # what this attempt is
    local card gpus=${CUDA_VISIBLE_DEVICES-${ROCR_VISIBLE_DEVICES-}}
    versions=$("$tools/python" -c 'from importlib.metadata import version as v; print(v("torchtune"), v("torch"))' 2> /dev/null)
    card=$(timeout 20 nvidia-smi ${gpus:+-i "${gpus%%,*}"} --query-gpu=name,driver_version --format=csv,noheader 2> /dev/null | sed -n 1p) || card=''
    printf '{"n":%d,"sha256":"%s","facts":%s,"start":%s,"cluster":%s,"job":%s,"slurm_job":%s,"restart":%d,"host":%s,"boot":%s,"pid":%d,' \
        "$((10#$n))" "$sha256" "$(json "$facts")" "$(date +%s)" "$(json "$cluster")" "$(json "$job")" "$(json "${SLURM_JOB_ID-}")" \
        "$restart" "$(json "$host")" "$(json "$boot")" "$$"
    printf '"gpus":%s,"gpu_name":%s,"user":%s,"torchtune":%s,"torch":%s,"driver":%s}\n' "$(json "$gpus")" "$(json "${card%,*}")" \
        "$(json "$(id -un)")" "$(json "${versions% *}")" "$(json "${versions#* }")" "$(json "${card##*, }")"
}

claim() { # takes the run, as the attempt after the newest; the job ends where another has it
    local each ended before made="$stamp/.$host.$$"
    while :; do
        rm -f "$made".*; before=0000 why='' ended=none
        for each in "$stamp"/[0-9][0-9][0-9][0-9].start; do [ ! -e "$each" ] || before=${each##*/} before=${before%.start}; done
        [ "$before" = 0000 ] || ended=$(field state "$(cat "$stamp/$before.end" 2> /dev/null)")
        if [ "$ended" = finished ] && [ -n "$is_current" ] && has_weights '' "$folder"/epoch_$last; then say "$run is finished already" && exit 0; fi
        [ -n "$ended" ] || is_dead "$before" || { say "$run: another job has it: $(cat "$stamp/$before.start")" && exit 75; }
        n=$(printf %04d $((10#$before + 1)))
        # The end is reserved now, so that a full disk cannot eat it.
        describe > "$made.start" && printf '%4095s\n' '' > "$made.end" && link "$made.start" "$stamp/$n.start" && break
        any "$stamp/$n.start" || { rm -f "$made".*; stop 73 "cannot write to $folder"; }
    done
    link "$made.end" "$stamp/$n.end"
    exec 9> >(beats)
    [ -n "$ended" ] || { printf '{"by":%s,"why":%s,"at":%s}\n' "$(json "${job:+job $job restart $restart, }$host, pid $$")" \
        "$(json "$why")" "$(date +%s)" > "$made.lost" && link "$made.lost" "$stamp/$before.lost"; }
    rm -f "$made".*
    [ -z "$limit" ] || : > "$stamp/$n.limit"
}
beats() { # touches the beat until all writers of the pipe that it reads are gone: this job, and tee
    local began; trap '' INT TERM HUP USR1 PIPE
    while touch "$stamp/$n.beat" && began=$SECONDS; do
        read -r -t "$beat" _ # bash 3.2 does not tell the end of the time from the end of the pipe
        [ $? -gt 128 ] || [ $((SECONDS - began)) -ge $((beat - beat / 10)) ] || break
    done
}
write_end() { # state $1, reason $2, exit code $3, detail $4: over the blanks, in one write
    local each list=''
    for each in ${overrides[@]+"${overrides[@]}"}; do list="$list${list:+,}$(json "$each")"; done
    printf '%-4095s\n' "$(printf '{"state":"%s","reason":%s,"exit":%d,"end":%s,"mode":"%s","from_epoch":%s,"overrides":[%s],"detail":%s}' \
        "$1" "$(json "$2")" "$3" "$(date +%s)" "$mode" "${from:-null}" "$list" "$([ -z "$4" ] && echo '""' || json "$4" 1000)")" |
        dd obs=4096 conv=notrunc of="$stamp/$n.end" 2> /dev/null
}
set_aside() { # renames the folder of an earlier meaning, under a claim in it
    local place=$folder code=0
    ( # inside of it: whatever another job renames, this stays the folder that was looked at
        cd "$stamp" 2> /dev/null && [ "$(cat run.json)" = "$is" ] || exit 0 # another job was quicker
        folder=.. stamp=.; claim
        while [ -e "$aside" ]; do aside=$aside+; done
        [ ! "$place/tcwc" -ef . ] || mv "$place" "$aside" || code=73
        write_end cancelled '' "$code" "set aside for science_hash $science_hash, world $world"
        exit "$code"
    ) || exit
    check_folder; [ -n "$is_current" ] || exit 75
}
saved_epoch() { # the epoch after which the training's state was saved; fails where that, or the epoch's files, cannot be read whole
    "$(command -v "$tools/python" || echo python3)" -c 'import glob, pickletools, sys, zipfile
saved = zipfile.ZipFile(sys.argv[1]); pickled = saved.read(next(name for name in saved.namelist() if name.endswith("data.pkl")))
values = [value for code, value, _ in pickletools.genops(pickled) if "PUT" not in code.name and code.name != "MEMOIZE"]
epoch = range(10**6)[values[values.index("epochs_run") + 1]] - 1; needed = [sys.argv[1], *glob.glob(f"{glob.escape(sys.argv[2])}{epoch}/{sys.argv[3]}")]
sys.exit(1) if any(zipfile.is_zipfile(each) and zipfile.ZipFile(each).testzip() for each in needed) else print(epoch)' "$folder/recipe_state/recipe_state.pt" "$folder/epoch_" "$([ "$names" = adapter ] && echo 'adapter_*' || echo '[!a]*')" 2> /dev/null
}
name_epoch() { # the overrides by which a training goes on from epoch $from; fails where its files are not there
    local each list='' at="epoch_$from"
    case $names in
        adapter) any "$folder/$at/adapter_model.pt" && list="adapter_checkpoint=$at/adapter_model.pt" ;;
        files)
            for each in "$folder/$at"/*.{safetensors,bin,pt}; do [ ! -s "$each" ] || [ "${each##*/adapter_}" != "$each" ] || list="$list${list:+,}$at/${each##*/}"; done
            list=${list:+checkpoint_files=[$list]} ;;
        *{}*) has_weights '' "$folder/$at" && list="checkpoint_files.filename_format=$at/$names" ;;
    esac
    [ -n "$list" ] && overrides=("checkpointer.$list" resume_from_checkpoint=True)
}
prepare() { # goes on where a training was left, or moves what it left out of the way and starts over
    local each left=("$folder"/epoch_* "$folder/recipe_state" "$folder/logs" "$folder/torchtune_config.yaml")
    any "${left[@]}" || return 0
    [ "$resumes" != no ] && mode=resume && from=$(saved_epoch) && name_epoch && return
    mode=restart from='' && mkdir -p "$stamp/old"
    for each in "${left[@]}"; do [ ! -e "$each" ] || mv "$each" "$stamp/old/$(printf %04d $((10#$n - 1))).${each##*/}" || return; done
}

train() { # trains; sets $code to how that ended
    local tee tried pids attempt="$run/$n/$host/$$/$RANDOM" launch=() command=("${TCWC_TUNE:-tune}" run)
#@ if several nodes
    if [ "$nodes" -gt 1 ]; then
        launch=(srun "--nodes=$nodes" "--ntasks=$nodes" --ntasks-per-node=1 --kill-on-bad-exit=1)
        [ "${wrapper[0]-}" != srun ] || wrapper=("${wrapper[@]:1}"); [ -z "${SLURM_CPUS_PER_TASK-}" ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK
        command+=(--nnodes "$nodes" --rdzv_id "$SLURM_JOB_ID" --rdzv_backend c10d --rdzv_endpoint
            "$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed -n 1p):$((10000 + SLURM_JOB_ID % 20000))")
    fi
#@ end
    [ "$distributed" = no ] || command+=(--nproc_per_node "$processes")
    command=(${launch[@]+"${launch[@]}"} ${wrapper[@]+"${wrapper[@]}"} "${command[@]}" "$recipe" --config "$config" ${overrides[@]+"${overrides[@]}"})
    exec 8> >(trap '' INT TERM HUP USR1 PIPE && exec tee -a "$stamp/$n.log"); tee=${!-}
    set -m # a process group of its own, in which SIGINT is not ignored
    (trap - PIPE && export TCWC_ATTEMPT="$attempt" && exec "${command[@]}") >&8 2>&1 8>&- 9>&- < /dev/null &
    training=$!; set +m; exec 8>&-; [ -z "$stopped" ] || on_signal "$stopped"
    code=$stopped; [ -n "$stopped" ] || wait "$training" || code=$?
    # A signal ends that too, and bash may have missed the training's end: another wait might never end.
    while kill -0 "$training" 2> /dev/null && sleep 0.2; do
        [ -z "$stopped" ] || [ "$SECONDS" -lt "$deadline" ] || kill -KILL -- "-$training" 2> /dev/null
    done
    [ "${code:=0}" -le 128 ] || [ -n "$(jobs -rp)" ] || { wait "$training" 2> /dev/null; tried=$?; [ "$tried" = 127 ] || code=$tried; }
    for tried in TERM 0 0 0 0 0 KILL; do # torchrun's workers have sessions of their own, and outlive a killed agent
        pids=$(grep -lszxF "TCWC_ATTEMPT=$attempt" /proc/[0-9]*/environ | cut -d / -f 3); [ -n "$pids" ] || break
        printf '%s\n' "$pids" | xargs kill -s "$tried" 2> /dev/null
        sleep 0.5
    done
    for tried in 1 2 3 4 5 6 7 8 9 10; do [ -z "$tee" ] || ! kill -0 "$tee" 2> /dev/null || sleep 0.1; done # until the log is whole
}
on_signal() { stopped=$1 deadline=$((SECONDS + grace)); [ -z "$training" ] || kill -TERM -- "-$training" 2> /dev/null; }
oom_kills() { # how often the kernel killed in this job's cgroup for want of memory
    local path; path=$(sed -n -e 's/^0:://p' -e 's/^[0-9]*:memory:/\/memory/p' /proc/self/cgroup 2> /dev/null | sed -e 's,/step_.*,,' -e '/^\/$/d' -e 1q)
    sed -n 's/^oom_kill //p' "${TCWC_CGROUP:-/sys/fs/cgroup$path}"/memory.{events,oom_control} 2> /dev/null
}
cause() { # what the end of the log says: `oom`, `killed` or `error`, a blank, a line
    tail -c 4194304 "$stamp/$n.log" | tr '\r' '\n' | LC_ALL=C awk '
        { who = "all"; said = $0 }
        match(said, /^\[rank[0-9]+\]: ?/) { who = said; gsub(/^.rank|\].*/, "", who); said = substr(said, RLENGTH + 1) }
        said ~ /^([A-Za-z_]+\.)*OutOfMemoryError:/ && oom == "" { oom = $0 }
        said ~ /exitcode +: -9/ { killed = said }
        /^Root Cause/, 0 { if (rank == "" && $1 == "rank") rank = $3 }
        said ~ /^(During handling of the above|The above exception was)/ { chained[who] = 1 }
        said ~ /^Traceback \(most/ { waits[who] = 1 + chained[who]; chained[who] = 0; next }
        waits[who] && said ~ /^[A-Za-z_]/ { if (waits[who] == 1 && said !~ /ChildFailedError/) first[who] = any = $0; waits[who] = 0 }
        said ~ /^([A-Za-z_]+\.)*[A-Za-z_]*(Error|Exception): / { bare = $0 }
        NF && said !~ /^[=-]+$/ { last = $0 }
        END { if (first[rank] == "") first[rank] = first["all"] != "" ? first["all"] : any != "" ? any : bare != "" ? bare : last
            print (oom != "" ? "oom " oom : killed != "" ? "killed " killed : "error " first[rank]) }'
}
judge() { # sets $state, $reason, $detail, and the $code to exit with
    state=failed reason=error detail=''
    if [ "$code" = 0 ] && has_weights "$stamp/$n.start" "$folder"/epoch_$last; then state=finished reason='' && return; fi
    if [ -n "$stopped" ]; then state=cancelled reason=${limit:+timeout} code=$stopped && return; fi
    if [ "$code" = 0 ]; then code=70 detail='it ended well, and left no weights of its last epoch' && return; fi
    detail=$(cause)
    case ${detail%% *},$code in
        oom,*) reason=oom ;;
        killed,* | *,137) reason=killed && [ "$(oom_kills)" = "$kills" ] || reason=host_memory ;;
        *) head -c 1048576 /dev/zero 2> /dev/null > "$stamp/.room.$$" || reason=disk ;;
    esac
    detail=${detail#* }; rm -f "$stamp/.room.$$"
}

main() {
    local place=${1-} option index mode=fresh from='' limit='' stopped='' replace='' smoking='' n='' training='' overrides=() why reached top
    [ "${0##*/}" != job.sbatch ] || CDPATH='' cd -- "$(dirname -- "$0")/$up" || exit 74; top=$PWD tcwc_ready=''
    trap '[ -n "$tcwc_ready" ] || { say "it ended in the setup of the profile $cluster"; exit 74; }' EXIT # --- environment: and setup: of the profile, as they are written there
#@ environment
#@ setup
    tcwc_ready=yes; CDPATH='' cd -- "$top" || exit 74 # --- after the setup, which may go elsewhere, and of whose ways with words none is left
    IFS=$' \t\n'; set +efC -u -o pipefail; shopt -u failglob nullglob nocasematch; trap - ERR DEBUG RETURN; unset GLOBIGNORE ${!SQUEUE_*}
    host=$(uname -n) boot=$(cat /proc/sys/kernel/random/boot_id 2> /dev/null) output=$PWD/$output
    job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID} restart=${SLURM_RESTART_COUNT:-0}
    job=${job:-${SLURM_JOB_ID-}} kills=$(oom_kills) beat=${TCWC_BEAT:-60} grace=${TCWC_GRACE:-15}
    for option in "${@:2}"; do case $option in --replace) replace=yes ;; --smoke) smoking=yes ;; *) say "no such option: $option" && exit 64 ;; esac; done
    case $place in '' | *[!0-9]*) ;; *) place=$((10#$place + ${SLURM_ARRAY_TASK_ID:-0})) ;; esac
    # index run sha256 science_hash world batch nodes processes epochs resumes names replaces name folder attempts:
    while read -r index run row; do [ "$index" != "$place" ] && [ "$run" != "$place" ] || break; done <<'TCWC_ROWS'
#@ rows
TCWC_ROWS
    [ -n "$run" ] || { say "no such run here: ${place:-none is named, as in: bash job.sbatch run_003}" && exit 66; }
    tools=$(command -v "${TCWC_TUNE:-tune}") || [ -n "${wrapper[*]-}" ] || stop 74 "there is no ${TCWC_TUNE:-tune}: does the setup of the profile activate its environment?"
    why=$( (eval "set -- $row") 2>&1) || stop 74 "its folder is not known: $why"
    eval "set -- $row"
    sha256=$1 science_hash=$2 world=$3 batch=$4 processes=$6 last=$(($7 - 1)) resumes=$8 names=$9
#@ if several nodes
    nodes=$5
#@ end
    replaces=${10} name=${11} folder=${12} attempts=${13}
    [ "$7" != - ] || last='*'; [ "${folder#/}" != "$folder" ] || folder=$PWD/$folder
    stamp=$folder/tcwc tools=${tools%/*}
    trap '' PIPE; trap 'on_signal 143' TERM; trap 'on_signal 130' INT; trap 'on_signal 129' HUP
    trap 'limit=yes; [ -z "$n" ] || : > "$stamp/$n.limit"' USR1
    export WANDB_NAME=$name WANDB_RUN_GROUP=$group WANDB_TAGS=$run,${science_hash:0:8}
    check_config
    if [ -n "$smoking" ]; then
        folder=$folder.smoke-${job:-$host-$$} stamp=$folder n=smoke
        mkdir -p "$folder" || stop 73 "cannot write to $folder"
        overrides=(epochs=1 max_steps_per_epoch=2 "output_dir=$(json "$folder")" "checkpointer.output_dir=$(json "$folder")")
        WANDB_MODE=disabled train
        rm -rf "$folder" && exit "${stopped:-$code}"
    fi
    check_folder; [ -n "$is_current" ] || set_aside
    claim; [ "$(cat "$stamp/run.json")" = "$is" ] || stopped=75 # the folder was set aside just now
    state=cancelled reason='' code=$stopped detail='it was stopped before it began'
    if [ -z "$code" ]; then
        state=failed reason=disk code=73 detail='what an earlier attempt left could not be moved'
        prepare && say "$run, attempt $n: $mode${from:+ from epoch $from}, $(date '+%F %T'), $host" && train && judge
    fi
    write_end "$state" "$reason" "$code" "$detail"
    [ "$modes" != group ] || chmod -R g+rX "$folder"
    say "$run, attempt $n: $state${reason:+, $reason}, exit $code${detail:+: $detail}"
    # It goes on after its time limit where it came further than where it started, and not for ever.
    [ "$reason" = timeout ] && [ -n "$job" ] && [ "$resumes" != no ] && [ "${attempts/#-/0}" -gt $((10#$n)) ] &&
        reached=$(saved_epoch) && [ "$reached" -gt "${from:--1}" ] && scontrol requeue "$job"
    exit "$code"
}

main "$@"
