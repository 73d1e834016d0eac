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
#@ include attempt.sh
stop() { # ends the job before any training, with code $1, and says why, for status too
    local told="$output/slurm/refused/$run.${job:-$host-$$}.json"
    say "$run: $2" && mkdir -p "${told%/*}" && printf '{"format":1,"run":"%s","job":%s,"at":%s,"why":%s}\n' \
        "$run" "$(json "$job")" "$(date +%s)" "$(json "$2")" > "$told.$$" && mv -f "$told.$$" "$told"
    exit "$1"
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
        rm -f "$made"; any "$stamp/run.json" || stop 73 "cannot write to $folder"
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
is_done() { [ "$1" = finished ] && [ -n "$is_current" ] && has_weights '' "$folder"/epoch_$last && say "$run is finished already"; }
has_result() { has_weights "$stamp/$n.start" "$folder"/epoch_$last; }
take() { claim || { [ "$code" != 73 ] || stop 73 "cannot write to $folder"; exit "$code"; }; } # or the job ends
set_aside() { # renames the folder of an earlier meaning, under a claim in it
    local place=$folder code=0
    ( # inside of it: whatever another job renames, this stays the folder that was looked at
        cd "$stamp" 2> /dev/null && [ "$(cat run.json)" = "$is" ] || exit 0 # another job was quicker
        folder=.. stamp=.; take
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
            for each in "$folder/$at"/*.{safetensors,bin,pt}; do [ ! -s "$each" ] || [ "${each##*/adapter_}" != "$each" ] || list="$list${list:+,}$at/${each##*/}"; done; list=${list:+checkpoint_files=[$list]} ;;
        *{}*) has_weights '' "$folder/$at" && list="checkpoint_files.filename_format=$at/$names" ;;
    esac
    [ -n "$list" ] && overrides=("checkpointer.$list" resume_from_checkpoint=True)
}
prepare() { # goes on where a training was left, or moves what it left out of the way and starts over
    local each left=("$folder"/epoch_* "$folder/recipe_state" "$folder/logs" "$folder/eval" "$folder/torchtune_config.yaml") # eval: of weights that will be no more
    any "${left[@]}" || return 0
    [ "$resumes" != no ] && mode=resume && from=$(saved_epoch) && name_epoch && return
    mode=restart from='' && mkdir -p "$stamp/old"
    for each in "${left[@]}" "$stamp"/*.pruned; do [ ! -e "$each" ] || mv "$each" "$stamp/old/$(printf %04d $((10#$n - 1))).${each##*/}" || return; done
}
note_mode() { printf '{"mode":"%s","from_epoch":%s}\n' "$mode" "${from:-null}" 2> /dev/null > "$stamp/$n.mode" || :; } # for who is killed before its end
train() { # trains; sets $code to how that ended
    local launch=() command=("${TCWC_TUNE:-tune}" run)
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
    log=$stamp/$n.log; attend
}

main() {
    local place=${1-} option index mode=fresh from='' limit='' stopped='' replace='' smoking='' n='' training='' overrides=() why reached top
#@ include beginning.sh
    for option in "${@:2}"; do case $option in --replace) replace=yes ;; --smoke) smoking=yes ;; *) say "no such option: $option" && exit 64 ;; esac; done
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
    stamp=$folder/tcwc tools=${tools%/*} result='weights of its last epoch'
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
    take; [ "$(cat "$stamp/run.json")" = "$is" ] || stopped=75 # the folder was set aside just now
    state=cancelled reason='' code=$stopped detail='it was stopped before it began'
    if [ -z "$code" ]; then
        state=failed reason=disk code=73 detail='what an earlier attempt left could not be moved'
        prepare && note_mode && say "$run, attempt $n: $mode${from:+ from epoch $from}, $(date '+%F %T'), $host" && train && judge
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
