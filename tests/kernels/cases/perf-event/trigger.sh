cp "$(command -v busybox)" busy
./busy sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i + 1)); done' &
echo "busy=$!"
wait
