/*
 * Where a run begins: the export of the component, in the place of a C library's start file.
 *
 * It is C like the rest, and calls the constructors by their name. A program in which nobody does is taken by the linker for one
 * that needs them around every export, also around the one that allocates: then the first call of the host that hands over
 * memory would run them within another call, and the component would be stopped.
 */
#include <stdlib.h>

#include "bindings.h"
#include "internal.h"

void __wasm_call_ctors(void);
void __wasm_call_dtors(void);
/* The C library's: it fetches the arguments and calls main. */
int __main_void(void);

bool exports_wasi_cli_run_run(void)
{
	__wasm_call_ctors();
	int status = __main_void();
	/* What atexit was given, and the buffers of the standard streams. */
	__wasm_call_dtors();
	status = eunomia_end(status);
	/* Zero is what a run that returns well has without a word, unless the tool has said something else. */
	if (status != 0)
		eunomia_bpf_session_set_exit_code((uint8_t)status);
	return status == 0;
}
