// What fanning messages out costs when nothing is left but the system calls: a server that reads
// what a publisher sends and writes frames that are ready, as many as messages came at once, with
// one call to each socket. It stores, encodes and checks nothing. It understands as much of the
// text protocol of NATS as the load needs (SUB, PUB, PING), and takes it for well-formed.
//
// usage: limit FRAME_BYTES MAX_SUBSCRIPTIONS
// prints: port NUMBER
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_COPIES_BYTES = 1 << 18, MIN_FRAME_BYTES = 64, READ_BYTES = 1 << 18, MAX_ROOMS = 1 << 16, MAX_VECTORS = 1024 };

struct connection {
  int fd;
  int subscriptions;
  int *ids, *rooms;
  char *pending;
  int pending_bytes;
};

static int frame_bytes, copies, max_subscriptions;
static char **frames; // of each subscription id: copies of its frame, one after the other
static struct connection **all;
static int connections, capacity;
static int *arrived; // of each room, in what was read at once
static char buffer[2 * READ_BYTES];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static char *ready_frames(int id, const char *room) {
  char head[128];
  int payload = frame_bytes;
  int head_bytes;
  // The length is part of the head, whose length counts too.
  do {
    payload--;
    head_bytes = snprintf(head, sizeof head, "MSG %s %d %d\r\n", room, id, payload);
  } while (payload > 0 && head_bytes + payload + 2 > frame_bytes);
  char *bytes = malloc((size_t)frame_bytes * copies);
  if (!bytes) fail("malloc");
  for (int i = 0; i < copies; i++) {
    char *frame = bytes + (size_t)i * frame_bytes;
    memset(frame, 'x', frame_bytes);
    memcpy(frame, head, head_bytes);
    memcpy(frame + frame_bytes - 2, "\r\n", 2);
  }
  return bytes;
}

static int room_number(const char *room) { return atoi(strchr(room, '.') + 1) % MAX_ROOMS; }

static void subscribe(struct connection *one, char *line) {
  char room[64];
  int id;
  if (sscanf(line, "SUB %63s %d", room, &id) != 2 || id < 0 || id >= max_subscriptions) return;
  if (!frames[id]) frames[id] = ready_frames(id, room);
  one->ids = realloc(one->ids, sizeof(int) * (one->subscriptions + 1));
  one->rooms = realloc(one->rooms, sizeof(int) * (one->subscriptions + 1));
  one->ids[one->subscriptions] = id;
  one->rooms[one->subscriptions++] = room_number(room);
}

static void write_all(int to, struct iovec *vectors, int count) {
  while (count > 0) {
    ssize_t written = writev(to, vectors, count);
    if (written < 0) return; // it has gone
    while (count > 0 && (size_t)written >= vectors->iov_len) {
      written -= vectors->iov_len;
      vectors++;
      count--;
    }
    if (count > 0) {
      vectors->iov_base = (char *)vectors->iov_base + written;
      vectors->iov_len -= written;
    }
  }
}

static void fan_out(void) {
  struct iovec vectors[MAX_VECTORS];
  for (int i = 0; i < connections; i++) {
    struct connection *one = all[i];
    int count = 0;
    for (int j = 0; j < one->subscriptions; j++) {
      for (int left = arrived[one->rooms[j]]; left > 0; left -= copies) {
        if (count == MAX_VECTORS) {
          write_all(one->fd, vectors, count);
          count = 0;
        }
        vectors[count].iov_base = frames[one->ids[j]];
        vectors[count++].iov_len = (size_t)frame_bytes * (left < copies ? left : copies);
      }
    }
    write_all(one->fd, vectors, count);
  }
}

// Takes whole lines and messages, and leaves the rest for the next time.
static void take(struct connection *one, int length) {
  int at = 0, published = 0;
  while (at < length) {
    char *line = buffer + at;
    char *end = memchr(line, '\n', length - at);
    if (!end) break;
    int next = end - buffer + 1;
    if (!strncmp(line, "PUB ", 4)) {
      char *size = memchr(line + 4, ' ', end - line - 4);
      if (!size) break;
      next += atoi(size) + 2;
      if (next > length) break;
      arrived[room_number(line)]++;
      published = 1;
    } else if (!strncmp(line, "SUB ", 4)) {
      subscribe(one, line);
    } else if (!strncmp(line, "PING", 4)) {
      struct iovec pong = {"PONG\r\n", 6};
      write_all(one->fd, &pong, 1);
    }
    at = next;
  }
  one->pending_bytes = length - at;
  if (one->pending_bytes > 0) {
    one->pending = realloc(one->pending, one->pending_bytes);
    memcpy(one->pending, buffer + at, one->pending_bytes);
  }
  if (published) {
    fan_out();
    memset(arrived, 0, sizeof(int) * MAX_ROOMS);
  }
}

static void drop(struct connection *one) {
  for (int i = 0; i < connections; i++) {
    if (all[i] == one) all[i] = all[--connections];
  }
  close(one->fd);
  one->subscriptions = 0;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "see the first lines of limit.c\n");
    return 2;
  }
  frame_bytes = atoi(arguments[1]);
  if (frame_bytes < MIN_FRAME_BYTES) frame_bytes = MIN_FRAME_BYTES;
  copies = MAX_COPIES_BYTES / frame_bytes;
  if (copies > 64) copies = 64;
  if (copies < 1) copies = 1;
  max_subscriptions = atoi(arguments[2]);
  frames = calloc(max_subscriptions, sizeof *frames);
  arrived = calloc(MAX_ROOMS, sizeof *arrived);
  signal(SIGPIPE, SIG_IGN);

  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, size) < 0) fail("bind");
  if (listen(listener, 4096) < 0) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);

  int events = epoll_create1(0);
  struct epoll_event interest = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(events, EPOLL_CTL_ADD, listener, &interest);
  for (;;) {
    struct epoll_event ready[256];
    int found = epoll_wait(events, ready, 256, -1);
    for (int i = 0; i < found; i++) {
      struct connection *one = ready[i].data.ptr;
      if (!one) {
        int yes = 1;
        one = calloc(1, sizeof *one);
        one->fd = accept(listener, NULL, NULL);
        if (one->fd < 0) fail("accept");
        setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (connections == capacity) {
          capacity = capacity ? 2 * capacity : 64;
          all = realloc(all, capacity * sizeof *all);
        }
        all[connections++] = one;
        interest = (struct epoll_event){.events = EPOLLIN, .data.ptr = one};
        epoll_ctl(events, EPOLL_CTL_ADD, one->fd, &interest);
        continue;
      }
      if (one->pending_bytes > 0) memcpy(buffer, one->pending, one->pending_bytes);
      ssize_t got = read(one->fd, buffer + one->pending_bytes, READ_BYTES);
      if (got <= 0) {
        drop(one);
      } else {
        take(one, one->pending_bytes + (int)got);
      }
    }
  }
}
