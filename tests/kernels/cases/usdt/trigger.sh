$CASE/target 7 -9
