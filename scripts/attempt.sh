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
link() { # gives the complete file $1 the name $2; fails where that is taken
    ln "$1" "$2" 2> /dev/null && return
    [ "$(stat_of h l "$1")" = 2 ] && return # the server's answer got lost, and the retry failed
    (set -C && : > "$2") 2> /dev/null && { cat "$1" >> "$2" || ! rm -f "$2"; } # a file system without hard links
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
            ! [ "$(age "$1")" -gt $((beat * 3 / 2)) ] || return 0; say "$run: waits until its former self is still" && sleep "$beat"
        done; return 1
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
claim() { # takes $run, as the attempt after the newest; fails where it is done, or another has it: $code says which
    local each ended before made="$stamp/.$host.$$"
    while :; do
        rm -f "$made".*; before=0000 why='' ended=none
        for each in "$stamp"/[0-9][0-9][0-9][0-9].start; do [ ! -e "$each" ] || before=${each##*/} before=${before%.start}; done
        [ "$before" = 0000 ] || ended=$(field state "$(cat "$stamp/$before.end" 2> /dev/null)")
        ! is_done "$ended" || { code=0; return 1; }
        [ -n "$ended" ] || is_dead "$before" || { say "$run: another job has it: $(cat "$stamp/$before.start")"; code=75; return 1; }
        n=$(printf %04d $((10#$before + 1)))
        # The end is reserved now, so that a full disk cannot eat it.
        describe > "$made.start" && printf '%4095s\n' '' > "$made.end" && link "$made.start" "$stamp/$n.start" && break
        any "$stamp/$n.start" || { rm -f "$made".*; code=73; return 1; }
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
attend() { # runs the words of `command`, its output in $log; sets $code to how that ended
    local tee tried pids attempt="${run//[!a-z0-9_]/_}/$n/$host/$$/$RANDOM"; exec 8> >(trap '' INT TERM HUP USR1 PIPE && exec tee -a "$log"); tee=${!-}
    set -m # a process group of its own, in which SIGINT is not ignored
    (trap - PIPE && export TCWC_ATTEMPT="$attempt" && exec "${command[@]}") >&8 2>&1 8>&- 9>&- < /dev/null &
    training=$!; set +m; exec 8>&-; [ -z "$stopped" ] || on_signal "$stopped"
    code=$stopped; [ -n "$stopped" ] || wait "$training" || code=$?
    # A signal ends that too, and bash may have missed the training's end: another wait might never end.
    while kill -0 "$training" 2> /dev/null && sleep 0.2; do [ -z "$stopped" ] || [ "$SECONDS" -lt "$deadline" ] || kill -KILL -- "-$training" 2> /dev/null; done
    [ "${code:=0}" -le 128 ] || [ -n "$(jobs -rp)" ] || { wait "$training" 2> /dev/null; tried=$?; [ "$tried" = 127 ] || code=$tried; }
    for tried in TERM 0 0 0 0 0 KILL; do # torchrun's workers have sessions of their own, and outlive a killed agent
        pids=$(grep -lszxF "TCWC_ATTEMPT=$attempt" /proc/[0-9]*/environ | cut -d / -f 3); [ -n "$pids" ] || break
        printf '%s\n' "$pids" | xargs kill -s "$tried" 2> /dev/null; sleep 0.5
    done
    for tried in 1 2 3 4 5 6 7 8 9 10; do [ -z "$tee" ] || ! kill -0 "$tee" 2> /dev/null || sleep 0.1; done # until the log is whole
}
on_signal() { stopped=$1 deadline=$((SECONDS + grace)); [ -z "$training" ] || kill -TERM -- "-$training" 2> /dev/null; }
oom_kills() { # how often the kernel killed in this job's cgroup for want of memory
    local path; path=$(sed -n -e 's/^0:://p' -e 's/^[0-9]*:memory:/\/memory/p' /proc/self/cgroup 2> /dev/null | sed -e 's,/step_.*,,' -e '/^\/$/d' -e 1q)
    sed -n 's/^oom_kill //p' "${TCWC_CGROUP:-/sys/fs/cgroup$path}"/memory.{events,oom_control} 2> /dev/null
}
cause() { # what the end of the log says: `oom`, `killed` or `error`, a blank, a line
    tail -c 4194304 "$log" | tr '\r' '\n' | LC_ALL=C awk '
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
    if [ "$code" = 0 ] && has_result; then state=finished reason='' && return; fi
    if [ -n "$stopped" ]; then state=cancelled reason=${limit:+timeout} code=$stopped && return; fi
    if [ "$code" = 0 ]; then code=70 detail="it ended well, and left no $result" && return; fi
    detail=$(cause)
    case ${detail%% *},$code in
        oom,*) reason=oom ;;
        killed,* | *,137) reason=killed && [ "$(oom_kills)" = "$kills" ] || reason=host_memory ;;
        *) head -c 1048576 /dev/zero 2> /dev/null > "$stamp/.room.$$" || reason=disk ;;
    esac
    detail=${detail#* }; rm -f "$stamp/.room.$$"
}
