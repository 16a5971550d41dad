/* A program with a static probe, as <sys/sdt.h> would make it: a no-op, and a note that says where it is and where its arguments are. */
#include <stdio.h>
#include <stdlib.h>

#if defined(__x86_64__)
#define ARGUMENTS "-8@%%rdi -4@$42"
#define HOLD(number) register long held __asm__("rdi") = (number)
#elif defined(__aarch64__)
#define ARGUMENTS "-8@x0 -4@42"
#define HOLD(number) register long held __asm__("x0") = (number)
#endif

__attribute__((noinline)) static void probe(long number)
{
	HOLD(number);

	__asm__ volatile("990: nop\n"
			 ".pushsection .note.stapsdt,\"\",\"note\"\n"
			 ".balign 4\n"
			 ".4byte 992f-991f, 994f-993f, 3\n"
			 "991: .asciz \"stapsdt\"\n"
			 "992: .balign 4\n"
			 "993: .8byte 990b\n"
			 ".8byte 0\n"
			 ".8byte 0\n"
			 ".asciz \"matrix\"\n"
			 ".asciz \"number\"\n"
			 ".asciz \"" ARGUMENTS "\"\n"
			 "994: .balign 4\n"
			 ".popsection\n" ::"r"(held));
}

int main(int count, char **arguments)
{
	for (int i = 1; i < count; i++)
		probe(strtol(arguments[i], NULL, 10));
	return 0;
}
