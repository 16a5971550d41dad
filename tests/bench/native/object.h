/* SPDX-License-Identifier: MIT */
#ifndef OBJECT_H
#define OBJECT_H

/* The BPF object that a native tool carries, from the file OBJECT_PATH. Of one source file in each program. */
extern const char object_start[], object_end[];
__asm__(".section .rodata\n"
	".balign 16\n"
	"object_start: .incbin \"" OBJECT_PATH "\"\n"
	"object_end:\n"
	".previous\n");

#endif
