#include "signal_name.h"

#include <stdio.h>

/* By number. */
static const char *const names[] = {
	NULL,	     "SIGHUP",	"SIGINT",    "SIGQUIT", "SIGILL",  "SIGTRAP", "SIGABRT", "SIGBUS",
	"SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
	"SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG",
	"SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",  "SIGPWR",  "SIGSYS",
};

/* The first real-time signal that programs may use, and the last one. */
#define FIRST_REAL_TIME 34
#define LAST_REAL_TIME 64

bool signal_name(int signal, char name[SIGNAL_NAME_LEN])
{
	if (signal == FIRST_REAL_TIME)
		snprintf(name, SIGNAL_NAME_LEN, "SIGRTMIN");
	else if (signal > FIRST_REAL_TIME && signal <= LAST_REAL_TIME)
		snprintf(name, SIGNAL_NAME_LEN, "SIGRTMIN+%d", signal - FIRST_REAL_TIME);
	else if (signal > 0 && signal < (int)(sizeof(names) / sizeof(*names)))
		snprintf(name, SIGNAL_NAME_LEN, "%s", names[signal]);
	else
		return false;
	return true;
}
