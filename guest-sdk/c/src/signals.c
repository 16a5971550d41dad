/*
 * Ctrl-C for tools that were written for a system with signals. The host asks the run to end; nothing interrupts the tool. So
 * whoever waits finds out, and calls the handler that signal() was given, as the kernel would have.
 */
#include <signal.h>

#include "internal.h"

/* Weak: a tool that does not call signal() does not get the library that emulates it. */
extern __typeof__(signal) signal __attribute__((weak));

void eunomia_interrupt(void)
{
	static const int signals[] = { SIGINT, SIGTERM };
	static bool is_told;

	if (is_told || !signal)
		return;
	is_told = true;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		void (*handler)(int) = signal(signals[i], SIG_IGN);

		signal(signals[i], handler);
		if (handler == SIG_DFL || handler == SIG_IGN)
			continue;
		handler(signals[i]);
		return;
	}
}
