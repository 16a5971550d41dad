# Who is in the group is seen, and who is not is not.
nc -w 1 127.0.0.1 7112 </dev/null || true
echo $$ > $CGROUP/cgroup.procs
nc -w 1 127.0.0.1 7113 </dev/null || true
