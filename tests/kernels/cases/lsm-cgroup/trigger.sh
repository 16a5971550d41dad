echo $$ > $CGROUP/cgroup.procs
nc -w 1 127.0.0.1 7116 </dev/null || true
