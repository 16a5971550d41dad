"$BIN/sh" -c 'echo "started=$$"; exec "$BIN/uname"'
