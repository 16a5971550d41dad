$CASE/send 7109
