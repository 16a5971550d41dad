// loads
// A file as editors of all kinds leave it: the test adds the rest. "/* in a string" and it's /* no comment
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#define OPEN "/*"
#define URL "http://example.org/*"
#define LONG_ONE(x) \
	do {        \
		(x)++; \
	} while (0)

/** @brief Odd, and \c right.
 ** @version 0.2 */
const char LICENSE[] __attribute__((section("license"), used)) = "GPL";

///////////////////////////////////////////////////////////////
// an ornament
/****************************************************************
 * another one, about @cmdarg {
 ****************************************************************/

#if 0
/// @cmdarg {"short": not even JSON
const volatile int never = { "unbalanced";
#else
/**
 * @cmdarg {
 *     "short": "o",
 *     "help": "what opens: // or \u00fc"
 * }
 */
/* between */
// and between
#ifdef SOME_FEATURE
__attribute__((unused))
#endif
__attribute__((aligned(8))) const volatile char open[8] __attribute__((unused)) = OPEN;
#endif

#ifdef SOME_FEATURE
SEC("syscall") int odd(void *ctx) {
#else
/// The one that is.
SEC("syscall") __attribute__((flatten)) int odd(struct { int x; } *ctx) {
#endif
	int n = '"' + '\'' + '{';
	/// @cmdarg in a function is nobody's
	LONG_ONE(n);
	return n + sizeof(URL) + open[0];
}

const volatile int after = 1; /**< @cmdarg {"short": "a"} */ ///< Comes after
