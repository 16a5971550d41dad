/* The smallest tool. */
int main(void)
{
	return 0;
}
