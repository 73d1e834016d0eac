#!/bin/bash
#@ directives
# A job: the door, the stamp and the training of one run. Plain bash; nothing of tcwc is needed.
#     sbatch --array=0-9 job.sbatch 1      the runs of index 1 to 10: an offset, and the task's id
#     bash job.sbatch run_003              one run, without Slurm
# Options after that: --replace sets a folder of an earlier meaning of the run aside (its name gets
# `.was-` and eight digits); --smoke tries two steps in a folder that is no run's.
# Exit: the training's own (128+n: a signal); 0 finished, or already; 65 refused; 66 no such run;
# 70 it left no result; 73 cannot write; 74 cannot prepare; 75 another job has the run.

#@ settings

environment() {
    :
#@ environment
}

setup() {
    :
#@ setup
}

find_row() { # finds the run of index or name $1; sets $row to the rest of its line, words of bash
    local index
    while read -r index run row; do
        [ "$index" = "$1" ] || [ "$run" = "$1" ] && return 0
    done <<'TCWC_ROWS'
#@ rows
TCWC_ROWS
    return 1
}

say() { printf '\ntcwc: %s\n' "$*"; }

now() { date +%s; }

json() { # a text as JSON on one line, at most $2 bytes of it; null where it is empty
    [ -n "$1" ] || { printf null; return; }
    local text
    text=$(printf '%s' "$1" | LC_ALL=C tr '\n\r\t' '   ' | LC_ALL=C tr -d '\000-\037\177' |
        LC_ALL=C cut -b "1-${2:-2000}" | LC_ALL=C sed 's/[\\"]/\\&/g')
    printf '"%s"' "$text"
}

field() { # the value of key $1 in a line of JSON, $2, that a job wrote; nothing for null
    local mark="\"$1\":" rest
    rest=${2#*"$mark"}
    [ "$rest" != "$2" ] || return 0
    case $rest in
        '"'*) rest=${rest#\"} rest=${rest%%\"*} ;;
        *) rest=${rest%%[,\}]*} ;;
    esac
    [ "$rest" = null ] || printf '%s' "$rest"
}

stop() { # ends the job with code $1 before any training, and says why, for status too
    local told="$output/slurm/refused/$run.${job:-$host-$$}.json"
    say "$run: $2"
    if mkdir -p "$output/slurm/refused" && printf '{"format":1,"run":"%s","job":%s,"at":%s,"why":%s}\n' \
        "$run" "$(json "$job")" "$(now)" "$(json "$2")" > "$told.$$"; then
        mv -f "$told.$$" "$told"
    fi
    exit "$1"
}

digest() { { sha256sum 2> /dev/null || shasum -a 256; } | cut -d ' ' -f 1; }

stat_of() { stat -c "%$1" "$3" 2> /dev/null || stat -f "%$2" "$3" 2> /dev/null; }

link() { # gives the complete file $1 the name $2; fails where that is taken
    ln "$1" "$2" 2> /dev/null && return 0
    [ "$(stat_of h l "$1")" = 2 ] && return 0 # a server's answer got lost, and the retry failed
    [ -e "$2" ] && return 1
    (set -C && cat "$1" > "$2") 2> /dev/null # a file system without hard links
}

check_config() { # the frozen config is the one that was submitted
    config=$output/slurm/frozen/$sha256.yaml
    [ -r "$config" ] || stop 74 "$config is not there"
    [ "$(digest < "$config")" = "$sha256" ] && return 0
    [ "$(tr -d '\r' < "$config" | digest)" = "$sha256" ] && stop 65 "$config: line ends were changed"
    stop 65 "$config was changed since it was submitted"
}

any() { # whether one of these paths is there
    local each
    for each; do [ ! -e "$each" ] || return 0; done
    return 1
}

check_folder() { # the folder is this run's, or nobody's
    identity='{"format":1,"experiment":'$experiment',"run":"'$run'","science_hash":"'$science_hash'","world":'$world',"effective_batch":'$batch'}'
    if [ ! -e "$stamp/run.json" ]; then
        any "$folder"/epoch_* "$folder/recipe_state" && stop 65 "$folder holds a training without a stamp of tcwc"
        mkdir -p "$stamp" || stop 73 "cannot write to $folder"
        printf '%s\n' "$identity" > "$stamp/.run.$host.$$" || stop 73 "cannot write to $folder"
        link "$stamp/.run.$host.$$" "$stamp/run.json" || [ -e "$stamp/run.json" ] || stop 73 "cannot write to $folder"
        rm -f "$stamp/.run.$host.$$"
    fi
    local is
    is=$(cat "$stamp/run.json") || stop 74 "cannot read $stamp/run.json"
    case $is in *'"experiment":'"$experiment"',"run":"'"$run"'",'*) ;; *) stop 65 "$folder is another run's: $is" ;; esac
    is_hash=$(field science_hash "$is") is_world=$(field world "$is")
    [ "$is_hash" = "$science_hash" ] && [ "$is_world" = "$world" ] && return 0
    case ",$replaces,$science_hash," in
        *",$is_hash,"*) [ -n "$replace" ] && return 0 ;;
        *) stop 65 "$folder holds a run of another meaning: science_hash $is_hash, not $science_hash" ;;
    esac
    [ "$is_world" = "$world" ] || stop 65 "$folder holds the run in another world: world $is_world -> $world (--only changed replaces it)"
    stop 65 "$folder holds an earlier meaning of the run, science_hash $is_hash (--only changed replaces it)"
}

newest() { # the number of the newest attempt, 0000 where there is none
    local each found=0000
    for each in "$stamp"/[0-9][0-9][0-9][0-9].start; do [ -e "$each" ] && found=${each##*/}; done
    printf '%s' "${found%.start}"
}

has_weights() { # whether epoch folder $1 has a file of weights, not older than $2
    local each
    for each in "$1"/*.safetensors "$1"/*.bin "$1"/*.pt; do
        [ -s "$each" ] && { [ -z "$2" ] || [ ! "$2" -nt "$each" ]; } && return 0
    done
    return 1
}

has_result() { # whether the last epoch's weights are there, not older than $1
    local each
    [ "$epochs" = - ] || { has_weights "$folder/epoch_$((epochs - 1))" "$1"; return; }
    for each in "$folder"/epoch_*; do has_weights "$each" "$1" && return 0; done
    return 1
}

age() { # seconds since the last sign of life of attempt $1, by the file system's clock
    local last=$stamp/$1.beat
    [ -e "$last" ] || last=$stamp/$1.start
    touch "$stamp/.clock.$host.$$" || stop 73 "cannot write to $folder"
    echo $(($(stat_of Y m "$stamp/.clock.$host.$$") - $(stat_of Y m "$last")))
    rm -f "$stamp/.clock.$host.$$"
}

is_dead() { # whether attempt $1, which has no end, is dead; sets $why
    local its tried their_host their_job states
    its=$(cat "$stamp/$1.start") their_host=$(field host "$its") their_job=$(field job "$its")
    if [ -n "$job" ] && [ "$their_job" = "$job" ] && [ "$(field restart "$its")" -lt "$restart" ]; then
        why="same job, restart $(field restart "$its")"
        for tried in 1 2 3 4 5; do
            [ "$(age "$1")" -gt $((beat * 3 / 2)) ] && return 0
            say "$run: waits until the attempt before is still ($tried of 5)" && sleep "$beat"
        done
        return 1
    fi
    if [ "$their_host" = "$host" ] && [ "$(field boot "$its")" != "$boot" ]; then
        why="$host was started again"
        return 0
    fi
    [ "$(age "$1")" -gt $((beat * 3)) ] || return 1
    if [ "$their_host" = "$host" ]; then
        why="its process is gone"
        ! kill -0 "$(field pid "$its")" 2> /dev/null && [ ! -e "/proc/$(field pid "$its")" ]
        return
    fi
    why="$their_host gives no sign of life"
    [ -n "$their_job" ] || return 0
    # What a scheduler does not answer is not known: only "no such job" and "it waits" tell.
    states=$(timeout 20 squeue -h -r -j "$their_job" -o %T 2>&1) || case $states in *[Ii]nvalid\ job\ id*) return 0 ;; *) return 1 ;; esac
    [ -z "$states" ] || [ "$states" = PENDING ]
}

describe() { # what this attempt is, as JSON
    local tune python versions='' card='' gpus=${CUDA_VISIBLE_DEVICES-${ROCR_VISIBLE_DEVICES-}}
    tune=$(command -v "${TCWC_TUNE:-tune}")
    python=${tune%/*}/python
    [ ! -x "$python" ] || versions=$("$python" -c '
from importlib.metadata import version
print(version("torchtune"), version("torch"))' 2> /dev/null)
    card=$(timeout 20 nvidia-smi ${gpus:+-i "${gpus%%,*}"} --query-gpu=name,driver_version --format=csv,noheader 2> /dev/null | head -n 1)
    printf '{"n":%d,"sha256":"%s","facts":%s,"start":%s,"cluster":%s,"job":%s,"slurm_job":%s,"restart":%d,"host":%s,"boot":%s,"pid":%d,"gpus":%s,"gpu_name":%s,"user":%s,"torchtune":%s,"torch":%s,"driver":%s}\n' \
        "$((10#$n))" "$sha256" "$(json "$facts")" "$(now)" "$(json "$cluster")" "$(json "$job")" "$(json "${SLURM_JOB_ID-}")" \
        "$restart" "$(json "$host")" "$(json "$boot")" "$$" "$(json "$gpus")" "$(json "${card%,*}")" "$(json "$(id -un)")" \
        "$(json "${versions% *}")" "$(json "${versions#* }")" "$(json "${card##*, }")"
}

claim() { # takes the run, as the attempt after the newest one; exits where another has it
    local before ended made="$stamp/.$host.$$"
    while :; do
        before=$(newest) why=''
        if [ "$before" != 0000 ]; then
            ended=$(field state "$(cat "$stamp/$before.end" 2> /dev/null)")
            if [ "$ended" = finished ] && [ "$is_hash$is_world" = "$science_hash$world" ] && has_result ''; then
                say "$run is finished already" && exit 0
            fi
            [ -n "$ended" ] || is_dead "$before" || { say "$run: attempt $before has it: $(cat "$stamp/$before.start")" && exit 75; }
        fi
        n=$(printf '%04d' $((10#$before + 1)))
        # The end is reserved now, so that a full disk cannot eat it.
        { describe > "$made.start" && printf '%4095s\n' '' > "$made.end"; } || { rm -f "$made".*; stop 73 "cannot write to $folder"; }
        link "$made.start" "$stamp/$n.start" && break
        rm -f "$made".*
    done
    link "$made.end" "$stamp/$n.end"
    exec 9> >(beats)
    if [ -n "$why" ]; then
        printf '{"by":%s,"why":%s,"at":%s}\n' "$(json "${job:+job $job restart $restart }host $host pid $$")" "$(json "$why")" "$(now)" > "$made.lost"
        link "$made.lost" "$stamp/$before.lost"
    fi
    rm -f "$made".*
    [ -z "$limit" ] || : > "$stamp/$n.limit"
}

beats() { # touches the beat until all writers of the pipe that it reads are gone
    trap '' INT TERM HUP USR1 PIPE
    local began
    while touch "$stamp/$n.beat"; do
        began=$SECONDS
        read -r -t "$beat" _ # bash 3.2 does not tell the time's end from the pipe's
        [ $? -gt 128 ] || [ $((SECONDS - began)) -ge $((beat - beat / 10)) ] || break
    done
}

write_end() { # state $1, reason $2, exit code $3, detail $4: over the blanks, in one write
    local each list=''
    for each in ${overrides[@]+"${overrides[@]}"}; do list="$list${list:+,}$(json "$each")"; done
    printf '%-4095s\n' '{"state":"'"$1"'","reason":'"$(json "$2")"',"exit":'"$3"',"end":'"$(now)"',"mode":"'"$mode"'","from_epoch":'"${from:-null}"',"overrides":['"$list"'],"detail":'"$(json "$4" 1000 | iconv -c -f UTF-8 -t UTF-8)"'}' |
        dd obs=4096 conv=notrunc of="$stamp/$n.end" 2> /dev/null
}

set_aside_folder() { # renames the folder of an earlier meaning; under a claim, so that one job does
    local aside="$folder.was-${is_hash:0:8}" place=$folder again=1
    # Inside of the folder: whatever another job renames, this stays the one that was looked at.
    (
        cd "$stamp" || exit 73
        folder=.. stamp=.
        claim
        code=0
        if [ "$place/tcwc" -ef . ]; then
            while [ -e "$aside" ]; do again=$((again + 1)) aside="$place.was-${is_hash:0:8}.$again"; done
            mv "$place" "$aside" || code=73
        fi
        write_end cancelled '' "$code" "set aside for science_hash $science_hash, world $world"
        exit "$code"
    ) || exit
    is_hash=''
}

saved_epoch() { # the epoch after which the training's state was saved; nothing where that cannot be read
    local python=$tune_folder/python
    [ -x "$python" ] || python=python3
    "$python" - "$folder/recipe_state/recipe_state.pt" 2> /dev/null << 'PYTHON'
import pickletools, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as saved:
    name = next(each for each in saved.namelist() if each.endswith("data.pkl"))
    seen = False
    for code, value, _ in pickletools.genops(saved.read(name)):
        if seen and "PUT" not in code.name and code.name != "MEMOIZE":
            print(range(10**9)[value - 1] if value else int("none"))
            break
        seen = seen or value == "epochs_run"
PYTHON
}

name_epoch() { # the overrides by which a training goes on from epoch $from; fails where its files are not there
    local each list=''
    case $names in
        adapter)
            [ -s "$folder/epoch_$from/adapter_model.pt" ] || return 1
            overrides=("checkpointer.adapter_checkpoint=epoch_$from/adapter_model.pt") ;;
        files)
            for each in "$folder/epoch_$from"/*.safetensors "$folder/epoch_$from"/*.bin "$folder/epoch_$from"/*.pt; do
                case ${each##*/} in adapter_* | \**) ;; *) [ -s "$each" ] && list="$list${list:+,}epoch_$from/${each##*/}" ;; esac
            done
            [ -n "$list" ] || return 1
            overrides=("checkpointer.checkpoint_files=[$list]") ;;
        *{}*)
            has_weights "$folder/epoch_$from" '' || return 1
            overrides=("checkpointer.checkpoint_files.filename_format=epoch_$from/$names") ;;
        *) return 1 ;;
    esac
    overrides+=(resume_from_checkpoint=True)
}

prepare() { # goes on where a training was left, or moves what it left out of the way and starts over
    local each before
    before=$(printf '%04d' $((10#$n - 1)))
    any "$folder"/epoch_* "$folder/recipe_state" "$folder/logs" "$folder/torchtune_config.yaml" || return 0
    mode=resume
    [ "$resumes" != no ] && from=$(saved_epoch) && [ -n "$from" ] && name_epoch && return 0
    mode=restart from=''
    mkdir -p "$stamp/old"
    for each in "$folder"/epoch_* "$folder/recipe_state" "$folder/logs" "$folder/torchtune_config.yaml"; do
        [ ! -e "$each" ] || mv "$each" "$stamp/old/$before.${each##*/}" || return 1
    done
}

command_line() { # sets $command to what trains
    command=("${TCWC_TUNE:-tune}" run)
    local launch=(srun "--nodes=$nodes" "--ntasks=$nodes" --ntasks-per-node=1 --kill-on-bad-exit=1)
    if [ "$nodes" -gt 1 ]; then
        command+=(--nnodes "$nodes" --rdzv_id "$SLURM_JOB_ID" --rdzv_backend c10d --rdzv_endpoint
            "$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1):$((10000 + SLURM_JOB_ID % 20000))")
        [ -z "${SLURM_CPUS_PER_TASK-}" ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK
    fi
    [ "$distributed" = no ] || command+=(--nproc_per_node "$processes")
    command+=("$recipe" --config "$config" ${overrides[@]+"${overrides[@]}"})
    command=(${wrapper[@]+"${wrapper[@]}"} "${command[@]}")
    [ "$nodes" = 1 ] || { [ "${command[0]}" != srun ] || command=("${command[@]:1}"); command=("${launch[@]}" "${command[@]}"); }
}

train() { # trains; sets $code to how that ended
    local tee last tried attempt="$run/$n/$host/$$/$RANDOM"
    exec 8> >(trap '' INT TERM HUP USR1 PIPE; exec tee -a "$stamp/$n.log")
    tee=${!-}
    set -m # the training is a process group of its own, and does not ignore SIGINT
    (trap - PIPE; export TCWC_ATTEMPT="$attempt"; exec "${command[@]}") >&8 2>&1 8>&- 9>&- < /dev/null &
    training=$!
    set +m
    exec 8>&-
    while :; do
        wait "$training"; code=$? # a signal ends this wait too
        [ -z "$stopped" ] || end_training
        kill -0 "$training" 2> /dev/null || break
    done
    wait "$training" 2> /dev/null; last=$?
    [ "$last" = 127 ] || code=$last
    # torchrun's workers have sessions of their own, and outlive a killed agent.
    for tried in TERM 0 0 0 0 0 KILL; do
        each=$(grep -lszxF "TCWC_ATTEMPT=$attempt" /proc/[0-9]*/environ 2> /dev/null | cut -d / -f 3)
        [ -n "$each" ] || break
        printf '%s\n' "$each" | xargs kill -s "$tried" 2> /dev/null
        sleep 0.5
    done
    for tried in 1 2 3 4 5 6 7 8 9 10; do # until the log is whole
        [ -n "$tee" ] && kill -0 "$tee" 2> /dev/null || break
        sleep 0.1
    done
}

end_training() { # TERM to the training's group, KILL after 15 seconds
    local tried=0
    kill -TERM -- "-$training" 2> /dev/null
    while kill -0 -- "-$training" 2> /dev/null && [ $tried -lt $((grace * 5)) ]; do sleep 0.2 && tried=$((tried + 1)); done
    kill -KILL -- "-$training" 2> /dev/null
}

oom_kills() { # how often the kernel killed for want of memory in this job's cgroup (v2, v1)
    local path
    path=$(sed -n -e 's/^0:://p' -e 's/^[0-9]*:memory://p' /proc/self/cgroup 2> /dev/null | grep -v '^/$' | head -n 1)
    path=${path%%/step_*}
    cat "${TCWC_CGROUP:-/sys/fs/cgroup$path}/memory.events" "/sys/fs/cgroup/memory$path/memory.oom_control" 2> /dev/null |
        sed -n 's/^oom_kill //p' | head -n 1
}

cause() { # what the end of the log says: `oom`, `killed` or `error`, a blank, and a line
    tail -c 4194304 "$stamp/$n.log" | tr '\r' '\n' | LC_ALL=C awk '
        /^(\[rank[0-9]+\]: )?([A-Za-z_]+\.)*OutOfMemoryError:/ && oom == "" { oom = $0 }
        /exitcode +: -9/ { killed = $0 }
        /^Root Cause/ { root = 1 }
        root && rank == "" && /^ +rank +: [0-9]/ { rank = $3 }
        { who = ""; said = $0 }
        match(said, /^\[rank[0-9]+\]: ?/) { who = substr(said, 6, index(said, "]") - 6); said = substr(said, RLENGTH + 1) }
        said ~ /^(During handling of the above|The above exception was)/ { chained[who] = 1 }
        said ~ /^Traceback \(most/ { inside[who] = 1; if (!chained[who]) fresh[who] = 1; chained[who] = 0; next }
        inside[who] && said ~ /^[A-Za-z_][A-Za-z0-9_.]*(:|$)/ {
            inside[who] = 0
            if (fresh[who] && said !~ /ChildFailedError/) { first[who] = any = $0; fresh[who] = 0 }
        }
        said ~ /^([A-Za-z_]+\.)*[A-Za-z_]*(Error|Exception): / { bare = $0 }
        NF && $0 !~ /^[=-]+$/ { last = $0 }
        END {
            if (oom != "") print "oom " oom
            else if (killed != "") print "killed " killed
            else if (rank in first) print "error " first[rank]
            else print "error " (("" in first) ? first[""] : any != "" ? any : bare != "" ? bare : last)
        }'
}

judge() { # sets $state, $reason, $detail, and the $code to exit with
    local found
    state=failed reason=error detail=''
    if [ "$code" = 0 ] && has_result "$stamp/$n.start"; then state=finished reason=''; return; fi
    if [ -n "$stopped" ]; then state=cancelled reason=${limit:+timeout} code=$stopped; return; fi
    if [ "$code" = 0 ]; then code=70 detail="it ended without an error, and left no weights of the last epoch"; return; fi
    found=$(cause) detail=${found#* }
    case ${found%% *},$code in
        oom,*) reason=oom ;;
        killed,* | *,137) reason=killed; [ "$(oom_kills)" = "$kills" ] || reason=host_memory ;;
        *) head -c 1048576 /dev/zero 2> /dev/null > "$stamp/.room.$$" || reason=disk; rm -f "$stamp/.room.$$" ;;
    esac
}

requeue() { # goes on later, where it came further than it started, and not for ever
    local now_at
    [ "$reason" = timeout ] && [ -n "$job" ] && [ "$resumes" != no ] && [ "$attempts" != - ] && [ $((10#$n)) -lt "$attempts" ] || return 0
    now_at=$(saved_epoch) && [ "${now_at:--1}" -gt "${from:--1}" ] && scontrol requeue "$job"
}

smoke() { # two steps into a folder that is no run's
    folder=$folder.smoke-${job:-$host-$$} stamp=$folder/tcwc n=smoke
    mkdir "$folder" "$stamp" || stop 73 "cannot write to $folder"
    overrides=("${smoke[@]}" "output_dir=$folder")
    export WANDB_MODE=disabled
    command_line
    train
    rm -rf "$folder"
    exit "${stopped:-$code}"
}

main() {
    local option place
    trap '' PIPE
    [ "${0##*/}" != job.sbatch ] || cd "$(dirname "$0")/$up" || exit 74
    environment
    setup
    set +e -u -o pipefail # after the set-up, which people write without -u
    host=$(hostname) boot=$(cat /proc/sys/kernel/random/boot_id 2> /dev/null) output=$PWD/$output
    job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID} job=${job:-${SLURM_JOB_ID-}} restart=${SLURM_RESTART_COUNT:-0}
    beat=${TCWC_BEAT:-60} grace=${TCWC_GRACE:-15} replace='' smoking='' limit='' stopped='' mode=fresh from='' overrides=() n='' why='' is_hash=''
    tune_folder=$(command -v "${TCWC_TUNE:-tune}") tune_folder=${tune_folder%/*}
    place=${1-}
    for option in "${@:2}"; do
        case $option in --replace) replace=yes ;; --smoke) smoking=yes ;; *) say "no such option: $option"; exit 64 ;; esac
    done
    case $place in run_*) ;; '' | *[!0-9]*) say "write a run's id or an offset, not '$place'"; exit 66 ;; *) place=$((10#$place + ${SLURM_ARRAY_TASK_ID:-0})) ;; esac
    find_row "$place" || { say "no such run here: $place"; exit 66; }
    why=$( (eval "set -- $row") 2>&1) || stop 74 "the folder is not known: $why"
    eval "set -- $row"
    sha256=$1 science_hash=$2 world=$3 batch=$4 nodes=$5 processes=$6 epochs=$7 resumes=$8 names=$9
    replaces=${10} name=${11} folder=${12} attempts=${13}
    [ "$batch" != - ] || batch=null
    case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
    stamp=$folder/tcwc
    trap 'stopped=143' TERM
    trap 'stopped=130' INT
    trap 'stopped=129' HUP
    trap 'limit=yes; [ -z "$n" ] || : > "$stamp/$n.limit"' USR1
    export WANDB_NAME=$name WANDB_RUN_GROUP=$group WANDB_TAGS=$run,${science_hash:0:8}
    kills=$(oom_kills)
    check_config
    [ -z "$smoking" ] || smoke
    check_folder
    [ -z "$is_hash" ] || [ "$is_hash$is_world" = "$science_hash$world" ] || { set_aside_folder; check_folder; }
    claim
    state=failed reason=disk code=73 detail="what an earlier attempt left could not be moved"
    if [ -n "$stopped" ]; then
        state=cancelled reason='' code=$stopped detail='before it began'
    elif prepare; then
        command_line
        say "$run, attempt $n: $mode${from:+ from epoch $from}, $(date '+%Y-%m-%d %H:%M:%S'), $host"
        train
        judge
    fi
    write_end "$state" "$reason" "$code" "$detail"
    [ "$modes" != group ] || chmod -R g+rX "$folder"
    say "$run, attempt $n: $state${reason:+, $reason}, exit $code${detail:+: $detail}"
    requeue
    exit "$code"
}

main "$@"
exit
