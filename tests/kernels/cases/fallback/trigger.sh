touch here
rm here
