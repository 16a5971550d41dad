echo $$ > $CGROUP/cgroup.procs
nc -w 1 127.0.0.1 7111 </dev/null || true
