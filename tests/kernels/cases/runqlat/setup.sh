# A process that waits for a CPU now and then.
sh -c 'while :; do usleep 1000; done' &
echo "worker=$!"
