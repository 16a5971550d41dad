cp "$(command -v busybox)" sleeper
./sleeper sleep 100 >/dev/null &
echo "sleeper=$!"
