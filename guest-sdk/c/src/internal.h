#ifndef EUNOMIA_INTERNAL_H
#define EUNOMIA_INTERNAL_H
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
int eunomia_fail(int code, const char *sentence);
void eunomia_interrupt(void);
#endif
