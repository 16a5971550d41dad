/* exit and abort. */
#include <stdlib.h>

#include "../bindings.h"
#include "../internal.h"
#include "wasi.h"

_Noreturn void SYSTEM(proc_exit)(int32_t status);

/* WASI 0.2 knows ended well and ended badly; the number itself goes to the host. */
_Noreturn void SYSTEM(proc_exit)(int32_t status)
{
	status = eunomia_end(status);
	wasi_cli_exit_result_void_void_t result = { .is_err = status != 0 };

	if (status != 0)
		eunomia_bpf_session_set_exit_code((uint8_t)status);
	wasi_cli_exit_exit(&result);
	__builtin_trap();
}
