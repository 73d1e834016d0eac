#!/usr/bin/env bash
# Submits the runs that are left, as arrays of the job.sbatch beside this file.
# `bash submit.sh --help` says how. It needs bash 3.2 or newer, flock, and Slurm's commands.
# shellcheck disable=SC2016  # values are data: nothing in them is to be expanded

# Typed as `sh submit.sh`, another shell reads no line more.
[ -n "${BASH_VERSION-}" ] || exec bash "$0" "$@"

#@ settings

set +efC +o posix -u -o pipefail
# What a person likes to see of the queue would hide jobs, and an sbatch that waits ends as runs do.
# shellcheck disable=SC2086  # names of variables
unset CDPATH GLOBIGNORE SLURM_TIME_FORMAT SBATCH_WAIT ${!SQUEUE_*} ${!SCONTROL_*}
shopt -u failglob nullglob nocasematch

MOST_BYTES=3500000      # of a job's script; Slurm refuses one of 4 MB
MOST_TOLD=20            # lines of one kind
STALE=$((5 * ${TCWC_BEAT:-60})) # seconds after which a beat is none
OUR_CODES=' 65 66 70 73 74 75 '

usage() {
    cat <<'TCWC_USAGE'
usage: bash submit.sh [--only WORDS] [--dry-run] [--yes] [--smoke] [--no-evaluate]

Submits each run that is neither finished nor in the queue, and the evaluations that have no result
yet: each begins when its training is finished.

  --only WORDS  of those only these: states and runs, joined by commas, such as failed, missing,
                changed, oom, timeout, run_003, run_003..run_007; given twice, both have to hold
  --dry-run     print what would be submitted, and submit nothing
  --yes         submit them also where they cost more than gpu_hours_limit, where files that they
                read are not here, or where checkpoints may not fit
  --smoke       first one short job for each kind of run; the others wait until these are done
  --no-evaluate submit no evaluations

Exit: 0 submitted, or all are finished; 1 not as they are; 2 Slurm does not answer, or refuses, or
this is no use of it; 3 nothing is to be submitted, though not all is finished.
TCWC_USAGE
}

FAILED=' oom host_memory timeout disk killed error lost files_missing '
look="tcwc status${remake#tcwc slurm}"
STATES=" failed missing$FAILED""cancelled refused dropped never_started changed "

say() { printf 'submit.sh: %s\n' "$*"; }
tell() { printf 'submit.sh: %s\n' "$*" >&2; }
stop() { local code=$1; shift; tell "$@"; exit "$code"; }

main() {
    local only=() dry='' yes='' smoke=''
    read_options "$@"
    cd -- "$(dirname -- "${BASH_SOURCE[0]}")/$up" || exit 2
    [ -r "$here/job.sbatch" ] || stop 2 "there is no $here/job.sbatch here, in $PWD: this is no" \
        "job for sbatch, it is typed where its folder is: bash $here/submit.sh"
    place=$(pwd -P)
    name_logs
    check_variables
    for each in sbatch squeue scontrol flock; do
        command -v "$each" >/dev/null || stop 2 "there is no $each here: nothing was submitted"
    done
    take_lock
    read_script
    read_evaluations
    drop_defaults
    check_configs
    read_records
    read_evaluation_records
    read_queue
    read_site
    look_at_runs
    look_at_evaluations
    keep_waiting
    choose
    plan
    plan_evaluations
    preflight
    tell_bill
    check_space
    ask
    [ -n "$dry" ] || prepare_chosen
    submit
}

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --only) [ $# -gt 1 ] || stop 2 "--only takes words; --help names them"
            name_states "$2"; shift ;;
        --only=*) name_states "${1#--only=}" ;;
        --dry-run) dry=yes ;;
        --yes) yes=yes ;;
        --smoke) smoke=yes ;;
        --no-evaluate) evaluated='' ;;
        -h | --help) usage; exit 0 ;;
        *) stop 2 "there is no option $1; --help names those that there are" ;;
        esac
        shift
    done
}

# States of several words as people write them, in the one word that they are here.
name_states() {
    local words=$1
    words=${words//never[ -]started/never_started}
    words=${words//host[ -]memory/host_memory}
    only+=("${words//files[ -]missing/files_missing}")
}

check_variables() {
    local name
    for name in $variables; do
        [ -n "${!name:-}" ] || stop 2 "$name is not set, and folders are named by it:" \
            "export it, or set it under \`environment:\` of the profile"
    done
}

# Slurm fills `%` in, in the folder that a job runs in too, and nothing where a backslash stands.
name_logs() {
    log_names=$logs
    case $logs in /*) ;; *) log_names=$place/$logs ;; esac
    log_names=${log_names//%/%%}
    case $log_names in *\\*) stop 1 "Slurm names no logs in $log_names: there is a backslash in it;" \
        "set \`logs:\` of the profile to another folder" ;;
    esac
}

take_lock() {
    exec 9>>"$slurm/.submit.lock" || stop 2 "$slurm/.submit.lock cannot be written"
    flock -n 9 && return
    say "waiting for another submit.sh"
    flock 9 || stop 2 "$slurm/.submit.lock cannot be locked: nothing was submitted"
}

# --- what there is --------------------------------------------------------------------------

# A script in three: what stands before its table, the lines of that, the rest.
read_table() {
    local line part=head
    table_head='' table_tail='' table=()
    [ -r "$1" ] || stop 2 "there is no $1: type \`$remake\`"
    while IFS= read -r line || [ -n "$line" ]; do
        case $part in
        head) table_head+=$line$'\n'
            case $line in '    while read -r index run '*"<<'TCWC_ROWS'") part=rows ;; esac ;;
        rows)
            if [ "$line" = TCWC_ROWS ]; then
                part=tail table_tail+=$line$'\n'
            else
                table+=("$line")
            fi ;;
        tail) table_tail+=$line$'\n' ;;
        esac
    done <"$1"
    [ "$part" = tail ] || stop 2 "$1 has no table of runs: type \`$remake\`"
}

read_script() {
    local line index
    read_table "$here/job.sbatch"
    head=$table_head tail=$table_tail rows=() order=()
    for line in ${table[@]+"${table[@]}"}; do
        index=${line%% *}
        rows[index]=$line
        order+=("$index")
    done
}

# To sbatch a variable of the shell goes over a line of the script; here the profile is what counts.
drop_defaults() {
    local pair name
    [ -z "${SBATCH_CLUSTERS:-}" ] || stop 2 "SBATCH_CLUSTERS is set, which squeue does not read:" \
        "export SLURM_CLUSTERS in its place, and submit again"
    for pair in ACCOUNT=account PARTITION=partition QOS=qos TIMELIMIT=time GRES=gres GPUS=gpus \
        GPUS_PER_NODE=gpus-per-node CONSTRAINT=constraint MEM_PER_NODE=mem SIGNAL=signal \
        OPEN_MODE=open-mode JOB_NAME=job-name NO_REQUEUE=requeue EXCLUSIVE=exclusive; do
        name=SBATCH_${pair%%=*}
        [ -n "${!name:-}" ] || continue
        case $head in *"#SBATCH --${pair#*=}"*)
            say "$name is set here, and left out: job.sbatch says --${pair#*=}"
            unset "$name" ;;
        esac
    done
}

# Sets run, sha256, science, world, epochs, replaces and folder to those of an index.
read_row() {
    eval "set -- ${rows[$1]}"
    run=$2 sha256=$3 science=$4 world=$5 epochs=$9 replaces=${12} folder=${14}
}

# A hash and a name a line; of no files the hash of nothing, and `-`.
hashes() {
    if command -v sha256sum >/dev/null; then xargs -0 sha256sum; else xargs -0 shasum -a 256; fi
}

# A script that does not know the configs would submit another meaning than people read.
check_configs() {
    local hash name index digests=() wrong=0 new=0 first=
    while read -r hash name; do
        name=${name%.yaml}
        case ${name#run_} in '' | *[!0-9]*) continue ;; esac
        digests[10#${name#run_}]=$hash
        [ -n "${rows[10#${name#run_}]:-}" ] || new=$((new + 1)) first=$name
    done < <(cd -- "$output" && printf '%s\0' run_[0-9]*.yaml | hashes 2>/dev/null)
    for index in ${order[@]+"${order[@]}"}; do
        read_row "$index"
        [ "${digests[index]:-}" = "$sha256" ] && continue
        [ "$wrong" -gt 0 ] || first=$run
        wrong=$((wrong + 1))
    done
    [ "$new" -eq 0 ] || [ "$wrong" -gt 0 ] || stop 1 "$new configs in $output are newer than" \
        "this script ($first): type \`$remake\`, and submit again"
    [ "$wrong" -eq 0 ] || stop 1 "$wrong of ${#order[@]} configs in $output have changed since this" \
        "script was written (the first is $first): type \`$remake\`, and submit again"
}

# The last job of each run that was ever submitted by this profile, and the offset of each array.
read_records() {
    local line job run task
    recorded=() offset_of=()
    [ -e "$here/jobs.jsonl" ] || return 0
    { [ -f "$here/jobs.jsonl" ] && [ -r "$here/jobs.jsonl" ]; } || stop 2 "$here/jobs.jsonl" \
        "cannot be read, so nobody knows what was submitted: nothing was submitted now"
    while IFS= read -r line; do
        case $line in *'}') ;; *) continue ;; esac  # one that was cut off may name another run
        job=${line##*'"job":"'} run=${line##*'"run":"run_'}
        job=${job%%\"*} run=${run%%\"*}
        case $run in '' | *[!0-9]*) continue ;; esac
        recorded[10#$run]=$job
        task=${job#*_} job=${job%%_*}
        case $job$task in '' | *[!0-9]*) continue ;; esac
        offset_of[10#$job]=$((10#$run - 10#$task))
    done <"$here/jobs.jsonl"
}

# Ours are known by comment and folder, whoever submitted them; where one of these is another by now
# (some sites write comments of their own, checkouts are moved), by the record.
read_queue() {
    local out array task state comment where index known
    queued=() waiting=' ' evaluation_queued=() others_queued=''
    if ! out=$(timeout 30 squeue -h -r -a -o '%F|%K|%T|%k|%Z' 2>&1); then
        stop 2 "squeue does not answer, so nobody knows what is in the queue; nothing was" \
            "submitted: ${out%%$'\n'*}"
    fi
    while IFS='|' read -r array task state comment where; do
        case $array in '' | *[!0-9]*) continue ;; esac
        case $where in *"|$place") where=$place ;; esac  # behind a comment with such a sign in it
        ! is_evaluation || continue
        case $task in '' | *[!0-9]*) continue ;; esac
        known=${offset_of[10#$array]:-}
        case $comment in
        "tcwc:$label:"*) index=${comment##*:} ;;
        tcwc:*) continue ;;
        *) index=$known ;;
        esac
        case $index in '' | *[!0-9]*) continue ;; esac
        [ "$where" = "$place" ] || [ "$comment/$index" = "tcwc:$label:$index/$known" ] || continue
        queued[index + task]="${array}_$task $state"
        case $waiting in *" $array "*) ;; *) waiting+="$array " ;; esac
    done <<<"$out"
}

read_site() {
    local line words word low high code
    most=1001
    while IFS= read -r line; do
        case $line in
        MaxArraySize*) most=${line##*= } ;;
        RequeueExit*)
            words=${line##*= }
            for word in ${words//,/ }; do
                low=${word%%-*} high=${word##*-}
                case $low$high in '' | *[!0-9]*) continue ;; esac
                for code in $OUR_CODES; do
                    [ "$code" -lt "$low" ] || [ "$code" -gt "$high" ] ||
                        tell "warning: this site queues jobs anew that end with $code, which" \
                            "means \"not to be repeated\" here (${line%% *}= $words)"
                done
            done ;;
        esac
    done < <(timeout 30 scontrol show config 2>/dev/null)
    case $most in '' | *[!0-9]*) most=1001 ;; esac
    [ -z "$max_array_size" ] || [ "$max_array_size" -ge "$most" ] || most=$max_array_size
}

# --- what each run is -----------------------------------------------------------------------

# No program is started for a run: thousands are looked at in seconds.
look_at_runs() {
    local index
    # Older than this is stale. Where the clock of another disk differs by minutes, the job's own
    # door decides, by that disk's clock.
    ref=$slurm/.submit.now
    touch -d "-$STALE seconds" "$ref" 2>/dev/null || ref=
    states=() odd=()
    for index in ${order[@]+"${order[@]}"}; do
        read_row "$index"
        look "$index"
        states[index]=$state
    done
    [ -z "$ref" ] || rm -f -- "$ref"
}

# Sets state to a word that --only takes, or to finished, queued, running, foreign or unknown.
look() {
    local index=$1 stamp=$folder/tcwc line='' last='' each past
    state=
    if IFS= read -r line 2>/dev/null <"$stamp/run.json"; then
        local of=${line#*'"experiment":"'} id=${line#*'"run":"'}
        local hash=${line#*'"science_hash":"'} was=${line#*'"world":'}
        of=${of%%\"*} id=${id%%\"*} hash=${hash%%\"*} was=${was%%[,\}]*}
        past=,$replaces,
        if [ "$of" != "$experiment" ] || [ "$id" != "$run" ]; then
            state=foreign
        elif [ "$hash" = "$science" ]; then
            [ "$was" = "$world" ] || state=changed
        else
            # What is not in its past, no job replaces.
            state=changed
            case $past in *",$hash,"*) ;; *) odd[index]=yes ;; esac
        fi
    else
        for each in "$folder"/epoch_* "$folder"/recipe_state; do
            [ ! -e "$each" ] || state=foreign
        done
    fi
    for each in "$stamp"/[0-9]*.start; do
        [ ! -e "$each" ] || last=${each%.start}
    done
    line=
    [ -z "$last" ] || IFS= read -r line 2>/dev/null <"$last.end"
    if [ -n "${queued[index]:-}" ]; then
        # What has written its end is done, though it may still be on its way out of the queue.
        case ${queued[index]##* }/$state/$line in
        COMPLETING//'{"state":'*) ;;
        *) state=queued; return ;;
        esac
    fi
    case $line in
    '{"state":'*) ;;
    *) [ -z "$last" ] || [ -z "$ref" ] || [ ! "$last.beat" -nt "$ref" ] || { state=running; return; } ;;
    esac
    [ -z "$state" ] || return 0
    case $line in
    '{"state":"finished"'*)
        state=finished
        case $epochs in '' | *[!0-9]*) return ;; esac
        has_weights "$folder/epoch_$((epochs - 1))" || state=files_missing ;;
    '{"state":"failed"'*)
        state=${line#*'"reason":"'}
        state=${state%%\"*}
        case $FAILED in *" $state "*) ;; *) state=error ;; esac ;;
    '{"state":"cancelled"'*)
        state=cancelled
        [ ! -e "$last.limit" ] || state=timeout ;;
    *)
        if [ -z "$last" ]; then
            state=never_started
            [ -z "${recorded[index]:-}" ] || state=dropped
            [ ! -e "$slurm/refused/$run.${recorded[index]:-}.json" ] || state=refused
            is_here || state=unknown
        else
            state=lost
            [ ! -e "$last.limit" ] || state=timeout
        fi ;;
    esac
}

# Whether a folder that is not there could be: else it may be full of results, on another machine.
is_here() {
    local above=$folder
    while [ ! -e "$above" ]; do
        case $above in
        /*/*) above=${above%/*} ;;
        /*) return 1 ;;
        */*) above=${above%/*} ;;
        *) above=. ;;
        esac
    done
    [ -d "$above" ] && [ -w "$above" ] && [ -x "$above" ]
}

has_weights() {
    local each
    for each in "$1"/*.safetensors "$1"/*.bin "$1"/*.pt; do
        [ ! -s "$each" ] || return 0
    done
    return 1
}

# --- what is chosen -------------------------------------------------------------------------

choose() {
    local index finished=0 words
    chosen=()
    for words in ${only[@]+"${only[@]}"}; do check_words "$words"; done
    for index in ${order[@]+"${order[@]}"}; do
        state=${states[index]}
        [ "$state" != finished ] || finished=$((finished + 1))
        is_wanted "$index" && chosen+=("$index")
    done
    choose_evaluations
    if [ "$finished" -eq "${#order[@]}" ]; then
        say "$finished of $finished finished"
        [ "$total" -eq 0 ] || tell_evaluations
        has_evaluations && return
        [ $((there + pruned)) -eq "$total" ] && exit 0
        exit 3
    fi
    tell_states
    case " ${only[*]-} " in *[\ ,]changed[\ ,]*) ;; *) [ -z "$changed" ] ||
        say "the $changed changed have results of an earlier meaning: \`--only changed\` runs them anew" ;;
    esac
    [ "$total" -eq 0 ] || tell_evaluations
    { [ "${#chosen[@]}" -gt 0 ] || has_evaluations; } && return
    say "nothing is to be submitted${only[0]+ of \`--only ${only[*]}\`}; \`$look\` says more"
    exit 3
}

# Says what there is, and why some of it is left alone.
tell_states() {
    local index word number strange=0
    counted='' changed=''
    local left=" ${states[*]} "
    for word in finished queued running foreign unknown $STATES; do
        number=0
        case $left in *" $word "*) ;; *) continue ;; esac
        for index in "${order[@]}"; do
            [ "${states[index]}" != "$word" ] || number=$((number + 1))
        done
        case $word in queued) counted+=", $number in the queue" ;; *) counted+=", $number ${word//_/ }" ;; esac
        [ "$word" != changed ] || changed=$number
    done
    counted=${counted#, }
    say "${#order[@]} runs: $counted"
    case $left in *' unknown '*) tell "unknown are those whose folder is not on this machine" ;; esac
    case $left${odd[*]+ foreign } in *' foreign '*)
        for index in "${order[@]}"; do
            [ "${states[index]}" = foreign ] || [ -n "${odd[index]:-}" ] || continue
            read_row "$index"
            strange=$((strange + 1))
            [ "$strange" -gt "$MOST_TOLD" ] ||
                tell "$run: what is in $folder is not of its own past; it is left alone"
        done
        [ "$strange" -le "$MOST_TOLD" ] || tell "... and $((strange - MOST_TOLD)) more such" ;;
    esac
}

check_words() {
    local word first last names
    local IFS=$', \n'
    set -f
    for word in $1; do
        case $STATES in *" $word "*) continue ;; esac
        case $word in
        node | preempted | launch)
            stop 2 "only Slurm knows which runs ended so: type \`$remake --only $word\`" ;;
        esac
        first=${word%%..*} last=${word##*..}
        first=${first#run_} last=${last#run_}
        case $word in *...*) first=x ;; esac
        case ${first:-x}${last:-x} in *[!0-9]*)
            names=${STATES# } names=${names% } names=${names// /, }
            stop 2 "--only does not know \`$word\`: here it takes runs (run_003, run_003..run_007)" \
                "and ${names//_/ }; for conditions type \`$remake --only '...'\`" ;;
        esac
        [ "$first" != "$last" ] || [ -n "${rows[10#$first]:-}" ] || stop 2 "there is no run $word"
    done
    set +f
}

# Whether a run is to be submitted: asked for, and neither finished nor at work nor another's.
is_wanted() {
    local index=$1 words
    case $state in
    finished | queued | running | foreign | unknown) return 1 ;;
    changed) [ -z "${odd[index]:-}" ] || return 1
        case " ${only[*]+${only[*]//,/ }} " in *' changed '*) ;; *) return 1 ;; esac ;;
    esac
    for words in ${only[@]+"${only[@]}"}; do
        is_named "$index" "$words" || return 1
    done
}

is_named() {
    local index=$1 word first last
    local IFS=$', \n'
    for word in $2; do
        case $word in
        "$state") return 0 ;;
        failed) case $FAILED in *" $state "*) return 0 ;; esac ;;
        missing) case $state in finished | queued | changed) ;; *) return 0 ;; esac ;;
        run_[0-9]* | [0-9]*)
            first=${word%%..*} last=${word##*..}
            first=$((10#${first#run_})) last=$((10#${last#run_}))
            [ "$index" -lt "$first" ] || [ "$index" -gt "$last" ] || return 0 ;;
        esac
    done
    return 1
}

# --- arrays ---------------------------------------------------------------------------------

# Sets the arrays to submit: for each its group, its offset, whether what lies in the folders is
# replaced, its task numbers and its indices.
plan() {
    local group replace
    chunk_group=() chunk_offset=() chunk_replaces=() chunk_tasks=() chunk_runs=()
    for ((group = 0; group < groups; group++)); do
        for replace in '' --replace; do plan_group "$group" "$replace"; done
    done
}

plan_group() {
    local group=$1 replace=$2 index members=()
    for index in ${chosen[@]+"${chosen[@]}"}; do
        [ "${kinds_group[${kind_of[index]:-0}]}" = "$group" ] || continue
        if [ "${states[index]}" = changed ]; then [ -n "$replace" ]; else [ -z "$replace" ]; fi ||
            continue
        members+=("$index")
    done
    pack note_runs '' ${members[@]+"${members[@]}"}
}

# Packs indices into arrays, each of which a function notes: its offset, its task numbers, its
# indices. An offset may be given.
pack() {
    local LC_ALL=C  # bytes are counted, not characters
    local note=$1 given=$2 index offset='' size=0 fixed=$((${#head} + ${#tail})) row
    local first=0 last=-2 tasks='' packed=''
    shift 2
    for index; do
        row=${rows[index]}
        [ "$note" = note_runs ] || row=${evaluation_rows[index]}
        if [ -n "$offset" ] && { [ $((index - offset)) -ge "$most" ] ||
            [ $((size + ${#row})) -ge "$MOST_BYTES" ]; }; then
            close_chunk
        fi
        if [ -z "$offset" ]; then
            offset=${given:-0} size=$fixed
            [ $((index - offset)) -lt "$most" ] || offset=$index
        fi
        size=$((size + ${#row} + 1))
        if [ $((index - offset)) -ne $((last + 1)) ]; then
            close_range
            first=$((index - offset))
        fi
        last=$((index - offset))
        packed+=" $index"
    done
    [ -z "$offset" ] || close_chunk
}

close_range() {
    [ "$last" -ge 0 ] || return 0
    tasks+=,$first
    [ "$first" -eq "$last" ] || tasks+=-$last
}

close_chunk() {
    close_range
    "$note" "$offset" "${tasks#,}" "${packed# }"
    offset='' tasks='' packed='' last=-2
}

# shellcheck disable=SC2329  # `pack` calls it
note_runs() {
    chunk_group+=("$group") chunk_replaces+=("$replace")
    chunk_offset+=("$1") chunk_tasks+=("$2") chunk_runs+=("$3")
}

# --- before anything is submitted -----------------------------------------------------------

preflight() {
    local line what path words missing=0
    [ "${#chosen[@]}" -gt 0 ] || return 0
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        eval "words=($line)"
        what=${words[0]} path=${words[1]}
        [ ! -e "$path" ] || continue
        missing=$((missing + 1))
        [ "$missing" -gt "$MOST_TOLD" ] || tell "not there: $path ($what)"
    done < <(inputs)
    [ "$missing" -eq 0 ] || [ -n "$yes" ] || stop 1 "$missing of the files that runs read are not" \
        "there; nothing was submitted: --yes does it, where only the nodes have them"
}

thousands() {
    local number=$1 out=''
    while [ ${#number} -gt 3 ]; do
        out=,${number: -3}$out number=${number%???}
    done
    printf %s "$number$out"
}

tell_bill() {
    local index kind at count hours taken=() totals=() lines=''
    cost=0
    for index in ${chosen[@]+"${chosen[@]}"}; do
        kind=${kind_of[index]:-0}
        cost=$((cost + kinds_cost[kind]))
        for ((at = 0; at < ${#taken[@]}; at++)); do
            [ "${taken[at]}" != "${kinds_takes[kind]}" ] || break
        done
        taken[at]=${kinds_takes[kind]} totals[at]=$((${totals[at]:-0} + 1))
    done
    for ((at = 0; at < ${#taken[@]}; at++)); do
        count="$(thousands "${totals[at]}") runs"
        [ "${totals[at]}" -ne 1 ] || count='1 run'
        lines+=" + $count x ${taken[at]}"
    done
    bill_evaluations
    lines=${lines# + }
    if [ "$cost" -eq 0 ]; then say "$lines, without GPUs"; return; fi
    hours=$(((cost + 3599) / 3600))
    say "$lines: at most $(thousands "$hours") GPU-hour$([ "$hours" -eq 1 ] || echo s)"
}

nearest() {
    near=$1
    while [ ! -e "$near" ] && [ "$near" != "${near%/*}" ]; do near=${near%/*}; done
    [ -e "$near" ] || near=.
}

# Whether the checkpoints fit, on each disk that there are folders of runs on.
check_space() {
    local index parent last='' disk free at kind near line
    disks=() disk_bytes=() disk_files=() disk_at=()
    for index in ${chosen[@]+"${chosen[@]}"}; do
        read_row "$index"
        kind=${kind_of[index]:-0}
        [ "${kinds_bytes[kind]:-0}" -gt 0 ] || continue
        parent=${folder%/*}
        if [ "$parent" != "$last" ]; then
            nearest "$parent"
            line=$(df -Pk -- "$near" 2>/dev/null | tail -n 1)
            disk=${line%% *} last=$parent
            for ((at = 0; at < ${#disks[@]}; at++)); do [ "${disks[at]}" != "$disk" ] || break; done
            disks[at]=$disk disk_at[at]=$near
        fi
        disk_bytes[at]=$((${disk_bytes[at]:-0} + kinds_bytes[kind]))
        disk_files[at]=$((${disk_files[at]:-0} + kinds_files[kind]))
    done
    tight=
    for ((at = 0; at < ${#disks[@]}; at++)); do
        free=$(df -Pk -- "${disk_at[at]}" 2>/dev/null | tail -n 1 | awk '{print $4}')
        case $free in '' | *[!0-9]*) continue ;; esac
        if [ $((disk_bytes[at] / 1024)) -gt "$free" ]; then
            tight=yes
            tell "the checkpoints may take $(thousands $((disk_bytes[at] / 1073741824))) GiB, and" \
                "$(thousands $((free / 1048576))) GiB are free in ${disk_at[at]}"
        fi
        free=$(df -Pi -- "${disk_at[at]}" 2>/dev/null | tail -n 1 | awk '{print $4}')
        # Some disks make inodes as they are needed, and say 0 or `-`.
        case $free in '' | 0 | *[!0-9]*) continue ;; esac
        if [ "${disk_files[at]}" -gt "$free" ]; then
            tight=yes
            tell "the runs may write $(thousands "${disk_files[at]}") files, and there is room for" \
                "$(thousands "$free") in ${disk_at[at]}"
        fi
    done
}

# Never a question where nobody can answer it.
ask() {
    local answer why=
    [ -z "$tight" ] || why="they may not fit on the disk"
    [ -z "$gpu_seconds_limit" ] || [ "$cost" -le "$gpu_seconds_limit" ] ||
        why="that is above gpu_hours_limit of the profile"
    [ -n "$why" ] && [ -z "$yes" ] && [ -z "$dry" ] || return 0
    [ -t 0 ] || stop 1 "$why; nothing was submitted: --yes submits them all the same"
    printf 'submit.sh: %s. Submit them all the same? [y/N] ' "$why"
    IFS= read -r answer
    case $answer in [yY]*) ;; *) stop 1 "nothing was submitted" ;; esac
}

# --- what is made before jobs come to need it -----------------------------------------------

prepare_chosen() {
    copy_of=() copy_from=()
    run_configs ${chosen[@]+"${chosen[@]}"}
    evaluation_configs ${evaluating[@]+"${evaluating[@]}"}
    prepare
}

# Prepares the submission of what has configs to copy.
prepare() {
    local cut='' record
    mkdir -p -- "$logs" "$slurm/frozen" || stop 2 "$logs cannot be made"
    # Slurm loses a job in silence whose log has no folder, and what is empty is cleaned away.
    : >>"$logs/.keep" || stop 2 "$logs cannot be written"
    # What nobody can note is not submitted. A line that a full disk cut off ends here.
    for record in "$here/jobs.jsonl" ${evaluated:+"$here/evaluations.jsonl"}; do
        cut=
        [ ! -s "$record" ] || [ -z "$(tail -c 1 -- "$record")" ] || cut=$'\n'
        printf %s "$cut" >>"$record" || stop 2 "$record cannot be written: nothing was submitted"
    done
    freeze
}

# What waits in the queue still needs all that: somebody may have cleaned it away.
keep_waiting() {
    local index others=$others_queued
    copy_of=() copy_from=()
    for index in "${order[@]}"; do [ "${states[index]}" != queued ] || run_configs "$index"; done
    evaluation_configs ${evaluation_queued[@]+"${!evaluation_queued[@]}"}
    [ -n "$dry" ] || [ "${#copy_of[@]}" -eq 0 ] || prepare
}

# Notes the configs of runs, by their indices, as those to be copied.
run_configs() {
    local index
    for index; do
        read_row "$index"
        copy_of+=("$sha256") copy_from+=("$output/$run.yaml")
    done
}

# Copies of the configs by hash: what waits runs these, whatever is built meanwhile.
freeze() {
    local LC_ALL=C at text hash name frozen=$slurm/frozen new=$slurm/frozen/.new.$$
    rm -rf -- "$frozen"/.new.*  # of one that was killed: the lock is ours
    mkdir -- "$new" || stop 2 "$frozen cannot be written"
    while read -r hash name; do
        case $name in - | "$hash.yaml") continue ;; esac
        tell "$frozen/$name was edited: it is made anew, and the edit put beside it"
        mv -f -- "$frozen/$name" "$frozen/$name.edited"
    done < <(for hash in ${copy_of[@]+"${copy_of[@]}"}; do
        [ ! -e "$frozen/$hash.yaml" ] || printf '%s.yaml\0' "$hash"
    done | (cd -- "$frozen" && hashes))
    for ((at = 0; at < ${#copy_of[@]}; at++)); do
        hash=${copy_of[at]}
        [ ! -e "$frozen/$hash.yaml" ] || continue
        # No program is started for a file; what it holds has no NUL.
        IFS= read -r -d '' text <"${copy_from[at]}"
        printf %s "$text" >"$new/$hash.yaml" || stop 2 "$new cannot be written"
    done
    while read -r hash name; do
        case $name in - | "$hash.yaml") continue ;; esac
        stop 1 "a config was built anew meanwhile: type \`$remake\`, and submit again"
    done < <(cd -- "$new" && copies | hashes)
    (cd -- "$new" && copies | xargs -0 sh -c '
        test $# -eq 0 || { chmod 0444 "$@" && mv -f "$@" ..; }' sh) ||
        stop 2 "$frozen cannot be written: nothing was submitted"
    rm -rf -- "$new"
}

copies() {
    local name
    for name in *.yaml; do [ ! -e "$name" ] || printf '%s\0' "$name"; done
}

# --- submission -----------------------------------------------------------------------------

submit() {
    local at before='' previous='' done=0 all=${#chosen[@]} jobs='' dependency limit
    local evaluation_jobs='' evaluation_count=0
    [ "${#chosen[@]}" -eq 0 ] || [ -z "$warm_up" ] || submit_warm_up
    [ "${#chosen[@]}" -eq 0 ] || [ -z "$smoke" ] || submit_smokes
    # What was submitted earlier counts for the throttle too.
    [ -z "$concurrency" ] || previous=${waiting# }
    previous=${previous% } previous=${previous// /:}
    for ((at = 0; at < ${#chunk_tasks[@]}; at++)); do
        options_of "${chunk_group[at]}"
        dependency=$before limit=
        if [ -n "$concurrency" ]; then
            limit=%$concurrency
            [ -z "$previous" ] || dependency+="${dependency:+,}afterany:$previous"
        fi
        [ -z "$dependency" ] || options+=("--dependency=$dependency")
        [ -z "$before" ] || options+=(--kill-on-invalid-dep=yes)
        options+=("--array=${chunk_tasks[at]}$limit" "--comment=tcwc:$label:${chunk_offset[at]}")
        options+=("--output=$log_names/%A_%a.log")
        read -r -a members <<<"${chunk_runs[at]}"
        if ! send script_of "${chunk_offset[at]}" ${chunk_replaces[at]:+--replace}; then
            [ -z "$jobs" ] || tell "before that, $done of $all runs were submitted ($jobs), and" \
                "recorded: submit again, and only the others are"
            exit 2
        fi
        previous=$id
        [ -n "$dry" ] || record "${chunk_offset[at]}"
        done=$((done + ${#members[@]}))
        jobs+="${jobs:+, }job $id"
        submit_evaluations "chunk$at" "$id"
    done
    for at in $(printf '%s\n' ${evaluation_after[@]+"${evaluation_after[@]}"} | sort -u); do
        case $at in chunk*) ;; *) submit_evaluations "$at" "$at" ;; esac
    done
    submit_evaluations '' ''
    submit_others
    [ -z "$dry" ] || return 0
    [ "$done" -eq 0 ] || say "submitted $done run$([ "$done" -eq 1 ] || echo s): $jobs; \`$look\` says what becomes of them"
    [ -z "$evaluation_jobs" ] || say "submitted $evaluation_count job$([ "$evaluation_count" -eq 1 ] || echo s) of evaluations: $evaluation_jobs"
}

# Runs sbatch on what a function prints; sets id to the job's.
send() {
    local script=$1 out
    shift
    options=(--parsable "--chdir=$place" "${options[@]}")
    if [ -n "$dry" ]; then
        printf sbatch
        printf ' %q' "${options[@]}" /dev/stdin "$@"
        printf '\n'
        dry_jobs=$((${dry_jobs:-0} + 1)) id=JOB$dry_jobs
        return 0
    fi
    # What it has to say to people goes straight to them.
    if ! out=$("$script" | sbatch "${options[@]}" /dev/stdin "$@" 9>&-); then
        tell "sbatch refused that"
        return 1
    fi
    while read -r id; do
        id=${id%%;*}  # a cluster's name may follow
        case $id in '' | *[!0-9]*) ;; *) return 0 ;; esac
    done <<<"$out"
    tell "sbatch names no job: $out"
    return 1
}

# The job's script with the rows of `members` alone.
# shellcheck disable=SC2329  # `send` calls it
script_of() {
    local index
    printf %s "$head"
    for index in "${members[@]}"; do printf '%s\n' "${rows[index]}"; done
    printf %s "$tail"
}

json() {
    local text=$1 code from
    text=${text//\\/\\\\} text=${text//\"/\\\"}
    case $text in *[[:cntrl:]]*)
        for ((code = 1; code < 32; code++)); do
            printf -v from '%b' "\\0$(printf %o "$code")"
            text=${text//"$from"/$(printf '\\u%04x' "$code")}
        done ;;
    esac
    escaped=$text
}

record() {
    local offset=$1 index now escaped lost=''
    now=$(date +%s)
    for index in "${members[@]}"; do
        read_row "$index"
        json "$folder"
        printf '{"format":1,"job":"%s_%s","run":"%s","sha256":"%s","science_hash":"%s","folder":"%s","at":%s}\n' \
            "$id" $((index - offset)) "$run" "$sha256" "$science" "$escaped" "$now" || lost=yes
    done >>"$here/jobs.jsonl"
    [ -z "$lost" ] || tell "$here/jobs.jsonl cannot be written: job $id is in no record"
}

# One job that reads what all others would fetch at the same moment.
submit_warm_up() {
    local index kind seen=' ' configs=()
    for index in "${chosen[@]}"; do
        kind=${kind_of[index]:-0}
        case " $warm_up " in *" $kind "*) ;; *) continue ;; esac
        case $seen in *" $kind "*) continue ;; esac
        seen+="$kind "
        read_row "$index"
        configs+=("$slurm/frozen/$sha256.yaml")
    done
    [ "${#configs[@]}" -gt 0 ] || return 0
    options=("${warm_up_options[@]}" "--comment=tcwc:$label:warm-up" "--output=$log_names/warm_up_%j.log")
    if ! send warm_up_script "${configs[@]}"; then
        # Some sites take no job without a GPU; what it is for, each run can do for itself.
        tell "so no job reads the data before all others; they go on without it"
        return 0
    fi
    before=afterok:$id
    say "job $id first reads tokenizer and data; the others wait for it"
}

# shellcheck disable=SC2329  # `send` calls it
warm_up_script() { cat -- "$here/warm_up.sbatch"; }

submit_smokes() {
    local index kind seen=' ' jobs=
    for index in "${chosen[@]}"; do
        kind=${kind_of[index]:-0}
        case $seen in *" $kind "*) continue ;; esac
        seen+="$kind "
        read_row "$index"
        options_of "${kinds_group[kind]}"
        [ "${kinds_limit[kind]}" -le 1800 ] || options+=(--time=30:00)
        options+=("--comment=tcwc:$label:smoke" "--output=$log_names/smoke_%j.log")
        [ -z "$before" ] || options+=("--dependency=$before" --kill-on-invalid-dep=yes)
        members=("$index")
        send script_of "$run" --smoke || exit 2
        jobs+=:$id
    done
    before+="${before:+,}afterok$jobs"
    say "two steps of each kind of run first (job ${jobs#:}); the others wait for that, and leave" \
        "the queue where it fails: $logs/smoke_*.log"
}

#@ include submit_evaluations.sh
main "$@"
exit
