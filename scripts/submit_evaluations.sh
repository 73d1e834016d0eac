# --- evaluations ----------------------------------------------------------------------------

# Sets what an evaluation is, by its row; `paths` is left as it stands there.
read_evaluation() {
    eval "set -- $1"
    run=$2 evaluation=$3 label=$4 epoch=$5 science=$7 world=$8 hash=$9 config_sha256=${10} config=${11} kind=${12} paths=${13}
}

# The rows of evaluate.sbatch: those of a run by its index, those of no run by themselves.
read_evaluations() {
    local line
    evaluation_rows=() other_rows='' evaluation_head='' evaluation_tail=''
    [ -n "$evaluated" ] || return 0
    read_table "$here/evaluate.sbatch"
    evaluation_head=$table_head evaluation_tail=$table_tail
    for line in ${table[@]+"${table[@]}"}; do
        case $line in
        '- '*) other_rows+=$line$'\n' ;;
        *) evaluation_rows[${line%% *}]+=$line$'\n' ;;
        esac
    done
}

# The offset of each array that was submitted by this profile, `-` of a job of no run's.
read_evaluation_records() {
    local line job run task
    evaluation_offset_of=()
    [ -f "$here/evaluations.jsonl" ] || return 0
    while IFS= read -r line; do
        case $line in *'}') ;; *) continue ;; esac  # as in read_records
        job=${line##*'"job":"'} run=${line##*'"run":"run_'}
        job=${job%%\"*} run=${run%%\"*}
        task=${job#*_} job=${job%%_*}
        case $job in '' | *[!0-9]*) continue ;; esac
        case $run in
        *[!0-9]*) evaluation_offset_of[10#$job]=- ;;
        *) evaluation_offset_of[10#$job]=$((10#$run - 10#$task)) ;;
        esac
    done <"$here/evaluations.jsonl"
}

# Whether a line of the queue is of evaluations, of this experiment or of another; notes ours.
is_evaluation() {
    local index known=${evaluation_offset_of[10#$array]:-}
    case $comment in
    "tcwc:$label:eval") index=- ;;
    "tcwc:$label:eval@"*) index=${comment##*@} ;;
    tcwc:*) return 1 ;;
    *) [ -n "$known" ] || return 1
        index=$known ;;
    esac
    [ "$where" = "$place" ] || [ "$index" = "$known" ] || return 0
    case $index,$task in
    -,*) others_queued="$array $state" ;;
    *[!0-9,]*) ;;
    *) evaluation_queued[index + task]="${array}_$task $state" ;;
    esac
}

#@ include trained_again.sh

# Sets `left` to the kinds of those that have no result of their meaning yet, of some rows.
look_at_results() {
    local line folder results weights stamp is of by at whose kind run evaluation label epoch science world hash config_sha256 config paths
    left=''
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        read_evaluation "$line"
        eval "set -- $paths"
        folder=$1 results=$2 weights=$3 stamp=''
        total=$((total + 1))
        IFS= read -r stamp 2>/dev/null <"$results/tcwc.json"
        is=${stamp#*'"evaluation_hash":"'} of=${stamp#*'"science_hash":'} by=${stamp#*'"world":'}
        at=${stamp#*'"attempt":'} at=${at%%[,\}]*}
        is=${is%%\"*} of=${of#\"} of=${of%%[\",\}]*} by=${by%%[,\}]*}
        case $stamp in *'"state":"finished"'*) ;; *) is='' ;; esac
        [ "$run" = - ] && run=null || run=\"$run\"
        case $stamp in *'"evaluation":"'"$evaluation"'",'*'"run":'"$run,"*'"label":"'"$label"'",'*) whose=ours ;; *) whose='' ;; esac
        if [ -n "$whose" ] && [ "$is $by" = "$hash $world" ] && [ "${of/#null/-}" = "$science" ] &&
            ! trained_again "$folder" "$epoch" "$at"; then
            there=$((there + 1))
        elif [ ! -e "$weights" ] && [ "$state" != changed ] && [ -e "$folder/tcwc/${weights##*/}.pruned" ]; then
            pruned=$((pruned + 1))
        else
            [ -z "$is" ] || stale=$((stale + 1))
            left+=" $kind"
        fi
    done <<<"$1"
}

# By index, the evaluations that are left; and of how many there are results.
look_at_evaluations() {
    local index left state=''
    evaluations_left=() others_left='' total=0 there=0 stale=0 pruned=0
    [ -n "$evaluated" ] || return 0
    for index in "${order[@]}"; do
        [ -n "${evaluation_rows[index]:-}" ] || continue
        state=${states[index]}
        look_at_results "${evaluation_rows[index]}"
        [ -z "$left" ] || evaluations_left[index]=$left
    done
    look_at_results "$other_rows"
    others_left=$left
}

# Sets the runs whose evaluations are to be submitted: after those that are, after what is in the
# queue, and at once where the training is finished.
choose_evaluations() {
    local index words
    after_chosen=() after_queued=() at_once=() others=''
    for index in ${chosen[@]+"${chosen[@]}"}; do
        # What is trained has no results, or they are set aside then, or of weights that are no more.
        renew "$index"
        [ -z "${evaluations_left[index]:-}" ] || after_chosen[index]=yes
    done
    for index in ${evaluations_left[@]+"${!evaluations_left[@]}"}; do
        [ -z "${evaluation_queued[index]:-}" ] || { unset 'after_chosen[index]'; continue; }
        state=${states[index]}
        for words in ${only[@]+"${only[@]}"}; do is_named "$index" "$words" || continue 2; done
        case $state in
        finished) at_once+=("$index") ;;
        queued) after_queued+=("$index") ;;
        esac
    done
    [ -z "$others_left" ] || [ -n "${only[0]+some}" ] || [ -n "$others_queued" ] || others=yes
    evaluating=(${after_chosen[@]+"${!after_chosen[@]}"} ${after_queued[@]+"${after_queued[@]}"} ${at_once[@]+"${at_once[@]}"})
}

renew() {
    local line run evaluation label epoch science world hash config_sha256 config kind paths
    evaluations_left[$1]=
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        read_evaluation "$line"
        evaluations_left[$1]+=" $kind"
    done <<<"${evaluation_rows[$1]:-}"
}

tell_evaluations() {
    local words="$there of $total evaluated" count=${#evaluation_queued[@]}
    [ "$stale" -eq 0 ] || words+=", $stale with results of an earlier meaning, or of earlier weights"
    [ "$pruned" -eq 0 ] || words+=", $pruned cannot be made: \`tcwc prune\` removed their weights"
    [ -z "$others_queued" ] || count=$((count + 1))
    [ "$count" -eq 0 ] || words+="; $count jobs of evaluations in the queue"
    say "$words"
}

# Whether there is an evaluation to submit.
has_evaluations() { [ "${#evaluating[@]}" -gt 0 ] || [ -n "$others" ]; }

# Sets the arrays of evaluations: those after each array of runs that is submitted, then others.
plan_evaluations() {
    local at index group after job task arrays=' ' members
    evaluation_after=() evaluation_offset=() evaluation_tasks=() evaluation_runs=() evaluation_group=()
    for ((at = 0; at < ${#chunk_runs[@]}; at++)); do
        members=()
        for index in ${chunk_runs[at]}; do [ -z "${after_chosen[index]:-}" ] || members+=("$index"); done
        after=chunk$at
        plan_evaluations_of "${chunk_offset[at]}" ${members[@]+"${members[@]}"}
    done
    for index in ${after_queued[@]+"${after_queued[@]}"}; do
        job=${queued[index]%%_*}
        case $arrays in *" $job "*) ;; *) arrays+="$job " ;; esac
    done
    for after in $arrays; do
        members=()
        for index in "${after_queued[@]}"; do
            job=${queued[index]%% *}
            [ "${job%%_*}" = "$after" ] || continue
            members+=("$index") task=${job#*_}
        done
        plan_evaluations_of "$((members[${#members[@]} - 1] - task))" "${members[@]}"
    done
    after=''
    plan_evaluations_of '' ${at_once[@]+"${at_once[@]}"}
}

# Those of some runs, an array for each group; the offset is that of the array that they come after.
plan_evaluations_of() {
    local offset_of_all=$1 group index kinds members
    shift
    for ((group = 0; group < evaluation_groups; group++)); do
        members=()
        for index; do
            kinds=${evaluations_left[index]}
            kinds=${kinds# }
            [ "${evaluation_kinds_group[${kinds%% *}]}" != "$group" ] || members+=("$index")
        done
        pack note_evaluations "$offset_of_all" ${members[@]+"${members[@]}"}
    done
}

# shellcheck disable=SC2329  # `pack` calls it
note_evaluations() {
    evaluation_after+=("$after") evaluation_group+=("$group") evaluation_offset+=("$1")
    evaluation_tasks+=("$2") evaluation_runs+=("$3")
}

# Adds to what the runs take, in words and in GPU-seconds.
bill_evaluations() {
    local index at taken=() totals=() count
    for index in ${evaluating[@]+"${evaluating[@]}"}; do count_evaluations "${evaluations_left[index]}"; done
    [ -z "$others" ] || count_evaluations "$others_left"
    for ((at = 0; at < ${#taken[@]}; at++)); do
        count="$(thousands "${totals[at]}") evaluations"
        [ "${totals[at]}" -ne 1 ] || count='1 evaluation'
        lines+=" + $count x ${taken[at]}"
    done
}

count_evaluations() {
    local kind at
    for kind in $1; do
        cost=$((cost + evaluation_kinds_cost[kind]))
        for ((at = 0; at < ${#taken[@]}; at++)); do
            [ "${taken[at]}" != "${evaluation_kinds_takes[kind]}" ] || break
        done
        taken[at]=${evaluation_kinds_takes[kind]} totals[at]=$((${totals[at]:-0} + 1))
    done
}

# The configs of evaluations, to be copied as those of runs are.
evaluation_configs() {
    local line rows_of='' index run evaluation label epoch science world hash config_sha256 config kind paths
    for index; do rows_of+=${evaluation_rows[index]:-}; done
    [ -z "$others" ] || rows_of+=$other_rows
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        read_evaluation "$line"
        [ "$config_sha256" = - ] || { copy_of+=("$config_sha256") copy_from+=("$output/$config"); }
    done <<<"$rows_of"
}

# Submits the arrays that come after something, after a job of this id, or (both empty) nothing.
submit_evaluations() {
    local at limit job=$2
    for ((at = 0; at < ${#evaluation_after[@]}; at++)); do
        [ "${evaluation_after[at]}" = "$1" ] || continue
        evaluation_options_of "${evaluation_group[at]}"
        limit=
        [ -z "$concurrency" ] || limit=%$concurrency
        [ -z "$job" ] || options+=("--dependency=aftercorr:$job" --kill-on-invalid-dep=yes)
        options+=("--array=${evaluation_tasks[at]}$limit" "--comment=tcwc:$label:eval@${evaluation_offset[at]}")
        options+=("--output=$log_names/evaluate_%A_%a.log")
        read -r -a members <<<"${evaluation_runs[at]}"
        send_evaluations "${evaluation_offset[at]}" "${#members[@]}"
    done
}

# What is of no run waits for nothing.
submit_others() {
    local kinds=${others_left# }
    [ -n "$others" ] || return 0
    evaluation_options_of "${evaluation_kinds_group[${kinds%% *}]}"
    options+=("--comment=tcwc:$label:eval" "--output=$log_names/evaluate_%j.log")
    members=()
    send_evaluations - 1
}

send_evaluations() {
    if ! send script_of_evaluations "$1"; then
        tell "these evaluations were not submitted; what was is recorded: submit again, and only the others are"
        exit 2
    fi
    [ -n "$dry" ] || record_evaluations "$1"
    evaluation_jobs+="${evaluation_jobs:+, }job $id" evaluation_count=$((evaluation_count + $2))
}

# shellcheck disable=SC2329  # `send` calls it
script_of_evaluations() {
    local index
    printf %s "$evaluation_head"
    for index in ${members[@]+"${members[@]}"}; do printf %s "${evaluation_rows[index]}"; done
    [ "${#members[@]}" -gt 0 ] || printf %s "$other_rows"
    printf %s "$evaluation_tail"
}

record_evaluations() {
    local offset=$1 index now lost=''
    now=$(date +%s)
    {
        for index in ${members[@]+"${members[@]}"}; do
            read_row "$index"
            printf '{"format":1,"job":"%s_%s","run":"%s","at":%s}\n' "$id" $((index - offset)) "$run" "$now" || lost=yes
        done
        [ "${#members[@]}" -gt 0 ] || printf '{"format":1,"job":"%s","run":null,"at":%s}\n' "$id" "$now" || lost=yes
    } >>"$here/evaluations.jsonl"
    [ -z "$lost" ] || tell "$here/evaluations.jsonl cannot be written: job $id is in no record"
}

