echo $$ > $CGROUP/cgroup.procs
nc -w 1 127.0.0.1 7114 </dev/null || true
