/* What signals are called: include/uapi/asm-generic/signal.h, and glibc's names for the real-time ones. */
#ifndef SIGNAL_NAME_H
#define SIGNAL_NAME_H

#include <stdbool.h>

#define SIGNAL_NAME_LEN 16

/* False for a number that has no name: 0, which only tests, and what the C library keeps for itself. */
bool signal_name(int signal, char name[SIGNAL_NAME_LEN]);

#endif
