$CASE/busy &
echo "busy=$!"
wait
