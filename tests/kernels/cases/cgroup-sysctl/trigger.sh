echo $$ > $CGROUP/cgroup.procs
cat /proc/sys/net/ipv4/ip_forward >/dev/null
if (echo 1 > /proc/sys/net/ipv4/ip_forward) 2>/dev/null; then exit 1; fi
