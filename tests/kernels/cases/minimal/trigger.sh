# Not trace_pipe, which would take the lines away from others.
pid=$("$BIN/sh" -c 'echo $$; exec "$BIN/true"')
grep "hello from process $pid\$" /sys/kernel/tracing/trace
