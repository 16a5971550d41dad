rmdir $CGROUP/below
