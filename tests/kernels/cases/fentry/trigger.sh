# A file that is there, and one that is not.
touch here
rm here
rm nothing 2>/dev/null || true
