sh -c 'while :; do :; done' &
echo "busy=$!"
