# A signal that arrives, and one to a process that does not exist. The sleeper's end sends SIGCHLD, which --killed leaves out.
sleep 60 &
echo "sender=$$ sleeper=$!" | tr ' ' '\n'
kill -USR1 $!
kill -USR2 999999 || true
wait || true
