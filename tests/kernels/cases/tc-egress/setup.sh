# busybox does not name the other end.
ip link add v0 type veth
ip link set veth0 name v1
ip link set v0 up
ip link set v1 up
ip address add 10.1.1.1/24 dev v0
