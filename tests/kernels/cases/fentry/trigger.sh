: > "$DIR/the file"
"$BIN/sh" -c 'echo "remover=$$"; exec "$BIN/rm" "$DIR/the file"'
