# Stands in for a tool that evaluates: `sh score.sh RESULTS WEIGHTS`.
[ -z "$SCORE_LOG" ] || echo "score $2" >>"$SCORE_LOG"
[ -z "$SCORE_PLAN" ] || . "$SCORE_PLAN"
cat "$2"/* | cksum | sed 's/ .*//; s/.*/{"accuracy": &}/' >"$1/scores.json"
