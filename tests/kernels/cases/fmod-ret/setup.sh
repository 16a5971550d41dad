echo open > other
echo closed > secret.txt
