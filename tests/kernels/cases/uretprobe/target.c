/* A program with functions to probe: adds up its arguments. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) long touched_add(long one, long other)
{
	__asm__ volatile("" ::: "memory");
	return one + other;
}

__attribute__((noinline)) long touched_double(long number)
{
	__asm__ volatile("" ::: "memory");
	return number * 2;
}

int main(int count, char **arguments)
{
	long sum = 0;

	for (int i = 1; i < count; i++)
		sum = touched_add(sum, strtol(arguments[i], NULL, 10));
	printf("sum=%ld\n", touched_double(sum));
	return 0;
}
