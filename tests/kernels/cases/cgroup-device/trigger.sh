echo $$ > $CGROUP/cgroup.procs
head -c 1 /dev/null
if head -c 1 /dev/zero >/dev/null 2>&1; then exit 1; fi
