sleep 60 &
echo "sleeper=$!"
kill -USR1 $!
wait || true
