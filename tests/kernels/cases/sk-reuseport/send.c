/* Sends `hello` to a UDP port of the loopback. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int count, char **arguments)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int socket_fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (count != 2)
		return 2;
	address.sin_port = htons(atoi(arguments[1]));
	return sendto(socket_fd, "hello", 5, 0, (struct sockaddr *)&address, sizeof(address)) != 5;
}
