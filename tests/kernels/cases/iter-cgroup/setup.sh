mkdir $CGROUP/below
