# A file that is there, and one that is not.
"$BIN/sh" -c 'echo "reader=$$"; exec "$BIN/cat" "$@" > /dev/null' sh "$CASE/case.json" "$DIR/no such file" || true
