touch here
"$BIN/rm" here
