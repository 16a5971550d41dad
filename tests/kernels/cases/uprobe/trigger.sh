$CASE/target 40 2
