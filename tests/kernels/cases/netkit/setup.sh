# Without the device the case still says why it cannot be.
ip link add v0 type netkit 2>/dev/null || ip link add v0 type veth
for end in nk0 veth0; do
  [ ! -e /sys/class/net/$end ] || ip link set $end up
done
ip link set v0 up
ip address add 10.1.1.1/24 dev v0
