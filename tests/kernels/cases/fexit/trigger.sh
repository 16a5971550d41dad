# A file that is there, and one that is not.
touch here
"$BIN/rm" here
"$BIN/unlink" nothing 2>/dev/null || true
