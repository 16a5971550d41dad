# It can be chosen now.
grep -qw matrix /proc/sys/net/ipv4/tcp_available_congestion_control
