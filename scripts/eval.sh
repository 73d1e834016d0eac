#!/bin/bash
# shellcheck disable=SC2015,SC2016,SC2030,SC2031,SC2086,SC2089,SC2090
#@ directives
# A job: the evaluations of one run, one after the other. Plain bash, nothing of tcwc is needed.
#     sbatch --array=1-10 evaluate.sbatch 0       those of the runs of index 1 to 10, as `submit.sh --dry-run` shows
#     bash evaluate.sbatch run_003 [NAME]         those of one run, or one of them, without Slurm
#     bash evaluate.sbatch base [NAME]            those of weights that are no run's, by their label; `-`: of all such
# A result is a folder with the stamp tcwc.json in it, which is written last; its attempts are noted beside it, in .LABEL.part.
# What went wrong is kept in LABEL.failed-N, a result of another meaning in LABEL.was-HASH.
# Exit, of the first that was not finished: the tool's own (128+n: a signal); 0 all are finished, or were, but for those whose
# weights `tcwc prune` removed; 65 something is in the way; 66 no such evaluation; 70 it left no result; 73 cannot write; 74 cannot prepare; 75 its weights are not finished, or another
# job has it.
#@ settings
#@ include attempt.sh
#@ include trained_again.sh
tell() { told=$*; say "$told"; }
refuse() { code=$1; tell "$run: $2"; return 1; } # says why an evaluation is not begun, and writes nothing

check_weights() { # whether the weights are there, and are those of a training that is finished, under this meaning
    local is each last='' began wanted=()
    if [ -n "$folder" ]; then
        is=$(cat "$folder/tcwc/run.json" 2> /dev/null) || { refuse 75 "$folder has no stamp: the run was not trained yet"; return; }
        case $is in *'"experiment":'"$experiment"',"run":"'"$of"'",'*) ;; *) refuse 75 "$folder is another run's: $is"; return ;; esac
        [ "$(field science_hash "$is") $(field world "$is")" = "$science_hash $world" ] ||
            { refuse 75 "$folder holds a run of another meaning: science_hash $(field science_hash "$is"), world $(field world "$is"), not $science_hash, world $world"; return; }
        for each in "$folder"/tcwc/[0-9][0-9][0-9][0-9].start; do [ ! -e "$each" ] || last=${each%.start}; done
        began=$(cat "$last.start" 2> /dev/null) sha256=$(field sha256 "$began") # of what trained them, whatever the config has become that is no science
        [ -n "$last" ] && [ "$(field state "$(cat "$last.end" 2> /dev/null)")" = finished ] || { refuse 75 "its training is not finished"; return; }
        [ "${trained:=$began}" = "$began" ] || { refuse 75 "it was trained anew"; return; }
        attempt=$((10#${last##*/}))
        ! is_pruned || { is_done || tell "$run: cannot be made: \`tcwc prune\` removed its weights"; return 1; } # which is no failure
    fi
    eval "wanted=($files)"
    [ -d "$weights" ] || { refuse 75 "$weights is not there"; return; }
    for each in ${wanted[@]+"${wanted[@]}"}; do [ -s "$weights/$each" ] || { refuse 75 "$weights has no $each"; return; }; done
}
is_pruned() { ! any "$weights" && any "$folder/tcwc/${weights##*/}.pruned"; }
check_config() { # what evaluates is what was submitted
    [ -n "$config_sha256" ] || return 0
    [ -r "$config" ] || { refuse 74 "$config is not there: submit.sh and \`tcwc run\` put it there"; return; }
    [ "$(digest < "$config")" = "$config_sha256" ] || refuse 65 "$config was changed after it was submitted"
}
is_done() { # whether there is a result of this meaning
    local is; is=$(cat "$results/tcwc.json" 2> /dev/null) || return
    case $is in *'"evaluation":'"$(json "$evaluation"),"*'"run":'"$(json "$of"),"*'"label":'"$(json "$label"),"*) ;; *) return 1 ;; esac # or it was copied there
    [ "$(field state "$is") $(field evaluation_hash "$is") $(field science_hash "$is") $(field world "$is")" = "finished $evaluation_hash $science_hash $world" ] &&
        ! trained_again "$folder" "$epoch" "$(field attempt "$is")" && tell "$run: evaluated already"
}
has_result() { # whether the tool left anything beside the log
    local each; for each in "$part"/* "$part"/.[!.]*; do [ ! -e "$each" ] || [ "$each" = "$log" ] || return 0; done
    [ "$tool" = eleuther_eval ] && grep -qs '^|[ ]*Tasks[ ]*|' "$log" # which writes no file
}
write_stamp() { # what a result is of
    local its; its=$(cat "$stamp/$n.start")
    rm -rf "$part/tcwc.json" # a tool may have made a link of that name
    printf '{"format":1,"experiment":%s,"evaluation":%s,"evaluation_hash":"%s","tool":%s,"run":%s,"epoch":%s,"attempt":%s,"label":%s,"sha256":%s,"science_hash":%s,"world":%s,"state":"finished","exit":0,"start":%s,"end":%s,"host":%s,"gpu_name":%s}\n' \
        "$experiment" "$(json "$evaluation")" "$evaluation_hash" "$(json "$tool")" "$(json "$of")" "${epoch/#-/null}" "${attempt:-null}" "$(json "$label")" "$(json "$sha256")" \
        "$(json "$science_hash")" "$world" "$(field start "$its")" "$(date +%s)" "$(json "$host")" "$(json "$(field gpu_name "$its")")" > "$part/tcwc.json"
}
publish() { # gives the result its name; one of another meaning is set aside
    local was aside hash
    is_ours && check_weights || { code=75 detail='its weights are those of another training by now'; return 1; }
    code=73 detail="its result could not be put at $results"
    write_stamp || return
    if [ -e "$results" ]; then
        was=$(cat "$results/tcwc.json" 2> /dev/null) hash=$(field evaluation_hash "$was")
        [ "$hash" != "$evaluation_hash" ] || hash=$(field science_hash "$was")
        hash=${hash:-unknown} aside=$results.was-${hash:0:8}; while [ -e "$aside" ]; do aside=$aside+; done
        mv "$results" "$aside" || return
    fi
    mv "$part" "$results" && [ ! -e "$results/${part##*/}" ] && code=0 detail=''
}
is_ours() { [ "$(cat "$stamp/$n.start" 2> /dev/null)" = "$claimed" ]; } # or the run's folder was set aside, and there is another
set_failed() { # keeps what an attempt left in $1, which has no result in it
    local to=${1##*/}; to=$results.failed-$((10#${to:0:4})); while [ -e "$to" ]; do to=$to+; done
    mv "$1" "$to" || return
    [ "$modes" != group ] || chmod -R g+rX "$to"
    kept=$to
}

evaluate() { # one evaluation, of run $1 by the rest of its row, $2; sets $code
    local why of=${1#-} evaluation label epoch tool sha256='' science_hash world evaluation_hash config_sha256 config paths files beside words
    local folder results weights part='' log='' kept='' tools program command=() trained='' attempt='' claimed
    n='' training='' code=0
    eval "set -- $2"
    evaluation=$1 label=$2 epoch=$3 tool=$4 science_hash=${5#-} world=$6 evaluation_hash=$7 config_sha256=${8#-} paths=${11} files=${12} beside=${13} words=${14}
    run="${of:+$of, }$evaluation, $label" config=$output/slurm/frozen/$config_sha256.yaml
    why=$( (eval "set -- $paths") 2>&1) || { refuse 74 "a folder of it is not known: $why"; return; }
    eval "set -- $paths"
    folder=$1 results=$2 weights=$3
    [ -z "$folder" ] || [ "${folder#/}" != "$folder" ] || folder=$PWD/$folder
    [ "${results#/}" != "$results" ] || results=$PWD/$results
    [ "${weights#/}" != "$weights" ] || weights=$PWD/$weights
    stamp=${results%/*}/.${results##*/}.part
    check_weights && check_config || return
    ! is_done || return 0
    ! any "$results" && [ ! -L "$results" ] || [ -n "$(field evaluation_hash "$(cat "$results/tcwc.json" 2> /dev/null)")" ] ||
        { refuse 65 "$results is in the way, and has no stamp: move it"; return; }
    name_tool || return
    mkdir -p "$stamp" 2> /dev/null || { refuse 73 "cannot write to ${stamp%/*}"; return; }
    claim || { [ "$code" != 73 ] || tell "$run: cannot write to $stamp"; return; }
    for part in "$stamp"/[0-9][0-9][0-9][0-9].*; do # of one that was killed
        case $part in *.weights) ;; *) [ ! -d "$part" ] || set_failed "$part" ;; esac
    done
    rm -rf "$stamp"/*.weights
    # Its own name: where the folder was set aside, a tool that is late makes this one anew beside that of another.
    claimed=$(cat "$stamp/$n.start") part=$stamp/$n.$host.$$ log=$part/log.txt kept=''
    state=cancelled reason='' code=$stopped detail='it was stopped before it began'
    if [ -z "$code" ]; then
        state=failed reason=disk code=73 detail="cannot write to $stamp"
        mkdir "$part" && : > "$log" && leave_out && name_tool && say "$run: $tool, $(date '+%F %T'), $host" && attend && judge
        [ "$state" != finished ] || publish || { state=failed reason=error; [ "$code" != 73 ] || reason=disk; }
        [ "$state" = finished ] || set_failed "$part"
    fi
    ! is_ours || { rm -rf "$stamp"/*.weights; write_end "$state" "$reason" "$code" "$detail"; }
    exec 9>&-
    [ "$modes" != group ] || { chmod -R g+rX "$results" 2> /dev/null; chmod g+rX "${results%/*}" "${results%/*/*}"; } # which are made with it
    tell "$run: $state${reason:+, $reason}, exit $code${detail:+: $detail}${kept:+; what it left is in $kept}"
}
leave_out() { # the tool sees the weights by a folder of links, without what lies beside them and would be loaded with them
    local each hidden view="$stamp/$n.weights/${weights##*/}"
    [ -n "$beside" ] || return 0
    eval "hidden=($beside)"
    any "${hidden[@]/#/$weights/}" || return 0
    mkdir -p "$view" && ln -s "$weights"/* "$view/" || return
    for each in "${hidden[@]}"; do rm -f "$view/$each" || return; done
    weights=$view
}
name_tool() { # sets `command`, in which a variable may name the program of the tool, as for trainings
    local why
    why=$( (eval "command=($words)") 2>&1) || { refuse 74 "a word of its command is not known: $why"; return; }
    eval "command=($words)"
    case $tool in lm_eval) command[0]=${TCWC_LM_EVAL:-${command[0]}} ;; eleuther_eval) command[0]=${TCWC_TUNE:-${command[0]}} ;; esac
    program=${command[0]} command=(${wrapper[@]+"${wrapper[@]}"} "${command[@]}")
    tools=$(command -v "$program") || [ -n "${wrapper[*]-}" ] ||
        { refuse 74 "there is no $program: does the setup of the profile activate its environment?"; return; }
    tools=${tools%/*}
}

choose_row() { # notes the row that was read where it is asked for
    local its; eval "its=($row)"
    [ "$place" = "$index" ] || [ "$place" = "$run" ] || { [ "$run/${SLURM_ARRAY_TASK_ID-}" = -/ ] && [ "$named" = "${its[1]}" ]; } || return
    [ -n "$only" ] && [ "$only" != "${its[0]}" ] || runs+=("$run") rows+=("$row")
}

main() {
    local place=${1-} named=${1-} only=${2-} index row runs=() rows=() each first=0 mode=fresh from='' limit='' stopped='' n='' training='' stamp='' overrides=()
    local run result=result state reason detail code told='' why=''
#@ include beginning.sh
    # index run evaluation label epoch tool science_hash world evaluation_hash config_sha256 config kind paths files beside words:
    while read -r index run row; do choose_row; done <<'TCWC_ROWS'
#@ rows
TCWC_ROWS
    [ -n "${rows[*]-}" ] || { say "no such evaluation here: ${place:-none is named, as in: bash evaluate.sbatch run_003}${only:+, $only}" && exit 66; }
    for ((each = 0; each < ${#rows[@]}; each++)); do
        evaluate "${runs[each]}" "${rows[each]}"
        [ "$first" != 0 ] || { first=$code why=$told; }
        [ -z "$stopped" ] || break
    done
    [ "$first" = 0 ] || [ "$why" = "$told" ] || say "$why" # again: others, and all that their tools print, came after it
    exit "$first"
}

main "$@"
