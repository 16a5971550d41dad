ping -c 1 -s 77 127.0.0.1 >/dev/null
