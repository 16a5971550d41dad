"$BIN/sleep" 100 >/dev/null &
echo "sleeper=$!"
