# Nobody listens at either port; the words say which is forbidden.
nc -w 1 127.0.0.77 10 2>&1 < /dev/null | grep -q "refused"
nc -w 1 127.0.0.77 9 2>&1 < /dev/null | grep -q "not permitted"
