#pragma once

enum level { QUIET, LOUD = 5 };

struct place {
	int pid;
	unsigned int cpu;
};

struct event {
	int pid;
	unsigned int low : 3;
	unsigned int high : 5;
	enum level level;
	struct place key;
};
