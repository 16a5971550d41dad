echo $$ > $CGROUP/cgroup.procs
timeout 5 nc -l -p 7117 127.0.0.1 </dev/null >received &
for _ in 1 2 3 4 5 6 7 8 9 10; do
  grep -q ":1BCD 00000000:0000 0A" /proc/net/tcp && break
  sleep 0.2
done
echo hello | timeout 2 nc -w 1 127.0.0.1 7117 || true
wait || true
