ping -c 1 -W 1 10.1.1.77 >/dev/null || true
