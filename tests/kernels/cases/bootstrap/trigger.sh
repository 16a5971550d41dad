# A process that executes a program, and one that ends with a status.
echo "parent=$$"
"$BIN/sh" -c 'echo "started=$$"; exec "$BIN/uname"'
"$BIN/sh" -c 'echo "ended=$$"; exit 3' || true
