# Whether the run in folder $1 has trained epoch $2 again since its attempt $3 (the first, where none
# is named), or may have: an attempt says after which epoch it goes on, or that it trained nothing, and
# all else is a doubt. Starts no program. tcwc/outcomes/attempts.py says the same.
trained_again() {
    local attempt=$3 line from each
    case $2 in '' | *[!0-9]*) return 1 ;; esac  # it is no run's
    case $attempt in '' | 0 | *[!0-9]*) attempt=1 ;; esac
    while printf -v each '%s/tcwc/%04d' "$1" $((10#$attempt + 1)) && [ -e "$each.start" ]; do
        attempt=$((10#$attempt + 1)) line=''
        IFS= read -r line 2>/dev/null <"$each.mode"
        case $line in *'}') ;; *) IFS= read -r line 2>/dev/null <"$each.end" || line='' ;; esac
        case $line in *'"detail":"it was stopped before it began"'* | *'"detail":"set aside for '*) continue ;; esac
        from=${line#*'"from_epoch":'}
        from=${from%%[,\}]*}
        case $line in *'"mode":"resume"'*) ;; *) return 0 ;; esac
        case $from in '' | *[!0-9]*) return 0 ;; esac
        [ "$from" -ge "$2" ] 2>/dev/null || return 0
    done
    return 1
}
