nc -w 1 127.0.0.1 7108 </dev/null || true
