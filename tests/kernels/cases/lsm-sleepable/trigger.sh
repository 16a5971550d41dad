# Nobody reads the one, and everybody the other.
if "$BIN/cat" secret.txt 2>/dev/null; then exit 1; fi
[ "$(cat other)" = open ]
