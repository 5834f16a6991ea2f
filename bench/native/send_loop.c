/* The yardstick: one bare send() for each delivery of the same bytes over as many loopback sockets, and nothing else.
 *
 *   send_loop COUNT FRAME_FILE
 *
 * It prints its port, takes COUNT connections and says `ready`. For each line `MESSAGES IN_FLIGHT PER_SECOND` it sends the
 * frame MESSAGES times to everybody, waiting after every IN_FLIGHT of them until the readers report, with one byte, that all of them have
 * it, and, where PER_SECOND is not 0, until the next message is due; then it says `done`. Where the frame tells when it was sent, each
 * message tells its own time.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STAMP "\"text\":\"@"

static char frame[1 << 20];
static size_t frame_size;
static char *stamp; /* the digits of the instant of sending, or NULL */
static size_t stamp_size;

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_frame(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || !(frame_size = fread(frame, 1, sizeof frame, file)))
        fail("the frame");
    fclose(file);
    stamp = memmem(frame, frame_size, STAMP, strlen(STAMP));
    if (stamp)
        stamp_size = strspn(stamp += strlen(STAMP), "0123456789");
}

static void tell_the_time(void)
{
    char digits[32];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(digits, sizeof digits, "%0*llu", (int)stamp_size, now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec);
    if (strlen(digits) == stamp_size)
        memcpy(stamp, digits, stamp_size);
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 4096) != 0)
        fail("listen");
    getsockname(fd, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void accept_all(int listener, int *fds, int count)
{
    int on = 1;
    for (int at = 0; at < count; at++) {
        if ((fds[at] = accept(listener, NULL, NULL)) < 0)
            fail("accept");
        setsockopt(fds[at], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    puts("ready");
    fflush(stdout);
}

static void send_round(const int *fds, int count)
{
    if (stamp)
        tell_the_time();
    for (int at = 0; at < count; at++)
        if (send(fds[at], frame, frame_size, MSG_NOSIGNAL) != (ssize_t)frame_size)
            fail("send");
}

static void wait_until(const struct timespec *start, double seconds)
{
    struct timespec due = *start;
    due.tv_sec += (time_t)seconds;
    due.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (due.tv_nsec >= 1000000000) {
        due.tv_sec++;
        due.tv_nsec -= 1000000000;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static void run(const int *fds, int count, int messages, int in_flight, double per_second)
{
    char byte;
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int sent = 1; sent <= messages; sent++) {
        if (per_second > 0)
            wait_until(&start, (sent - 1) / per_second);
        send_round(fds, count);
        if (sent % in_flight == 0 && recv(fds[0], &byte, 1, 0) != 1)
            fail("the readers");
    }
    puts("done");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int count = argc == 3 ? atoi(argv[1]) : 0, messages, in_flight;
    double per_second;
    int *fds = calloc(count > 0 ? (size_t)count : 1, sizeof *fds);
    if (count < 1)
        return fprintf(stderr, "send_loop COUNT FRAME_FILE\n"), 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    read_frame(argv[2]);
    accept_all(listen_somewhere(), fds, count);
    while (scanf("%d %d %lf", &messages, &in_flight, &per_second) == 3)
        run(fds, count, messages, in_flight, per_second);
    return 0;
}
