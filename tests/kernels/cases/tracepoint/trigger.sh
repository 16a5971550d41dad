"$BIN/true"
