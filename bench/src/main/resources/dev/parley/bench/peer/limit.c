// What delivering costs when nothing is left but the system calls: writes bytes that are ready to
// many sockets, and prints how many deliveries that were and the processor time of the writer.
// Another process reads and throws away.
//
// usage: limit CONNECTIONS EVENTS_PER_WRITE EVENT_BYTES WRITES_PER_SECOND SECONDS
//        WRITES_PER_SECOND to each connection; 0: as fast as possible
// prints: DELIVERIES CPU_SECONDS
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return used.ru_utime.tv_sec + used.ru_utime.tv_usec / 1e6 + used.ru_stime.tv_sec +
         used.ru_stime.tv_usec / 1e6;
}

static void sleep_until(double time) {
  struct timespec until = {(time_t)time, (long)((time - (time_t)time) * 1e9)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void read_all(struct sockaddr_in *address, int connections) {
  static char buffer[1 << 18];
  int events = epoll_create1(0);
  for (int i = 0; i < connections; i++) {
    int one = socket(AF_INET, SOCK_STREAM, 0);
    if (one < 0 || connect(one, (struct sockaddr *)address, sizeof *address) < 0) fail("connect");
    struct epoll_event interest = {.events = EPOLLIN, .data.fd = one};
    epoll_ctl(events, EPOLL_CTL_ADD, one, &interest);
  }
  for (int open = connections; open > 0;) {
    struct epoll_event ready[256];
    int count = epoll_wait(events, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      if (read(ready[i].data.fd, buffer, sizeof buffer) <= 0) {
        close(ready[i].data.fd);
        open--;
      }
    }
  }
  _exit(0);
}

static void write_all(int to, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(to, bytes, length);
    if (written < 0) fail("write");
    bytes += written;
    length -= (size_t)written;
  }
}

int main(int count, char **arguments) {
  if (count != 6) {
    fprintf(stderr, "see the first lines of limit.c\n");
    return 2;
  }
  int connections = atoi(arguments[1]);
  long events = atol(arguments[2]);
  size_t length = (size_t)(events * atol(arguments[3]));
  double rate = atof(arguments[4]);
  double seconds = atof(arguments[5]);

  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, size) < 0) fail("bind");
  if (listen(listener, 4096) < 0) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);

  pid_t reader = fork();
  if (reader < 0) fail("fork");
  if (reader == 0) read_all(&address, connections);
  int *sockets = calloc((size_t)connections, sizeof *sockets);
  char *bytes = malloc(length);
  memset(bytes, 'x', length);
  for (int i = 0; i < connections; i++) {
    int yes = 1;
    sockets[i] = accept(listener, NULL, NULL);
    if (sockets[i] < 0) fail("accept");
    setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }

  double began = now();
  double cpu_before = cpu();
  long rounds = 0;
  while (now() - began < seconds) {
    if (rate > 0) sleep_until(began + rounds / rate);
    for (int i = 0; i < connections; i++) write_all(sockets[i], bytes, length);
    rounds++;
  }
  printf("%ld %.6f\n", rounds * events * connections, cpu() - cpu_before);
  for (int i = 0; i < connections; i++) close(sockets[i]);
  waitpid(reader, NULL, 0);
  return 0;
}
