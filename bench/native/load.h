/* What the parts of the load generator share: one event loop, receivers that count frames, posters that send requests. */

#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READ_BYTES 65536
#define MAX_POSTERS 256

/* Anything epoll knows. `on_readable` gets the source itself. */
struct source {
    int fd;
    void (*on_readable)(struct source *);
};

/* What is measured while messages are under way: one run of `post` or `rounds`. */
struct campaign {
    int messages;       /* how many will be sent */
    int receivers;      /* how many must get each of them */
    int *missing;       /* for each message: how many receivers lack it */
    int completed;      /* messages that have reached everybody, in order */
    long deliveries;
    uint32_t *delays;   /* microseconds from the request to the frame, one a delivery with a time stamp in it */
    size_t delay_count, delay_room;
};

extern struct campaign campaign;
extern unsigned char read_buffer[READ_BYTES];

/* load.c */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void watch(struct source *source);
void unwatch(struct source *source);
void serve_once(int timeout_ms);
uint64_t now_ns(void);
int connect_to(int port, int receive_buffer); /* 0: what the system gives */
void send_all(int fd, const void *data, size_t size);

/* receivers.c */
void add_receivers(int port, const char *token, int count); /* without a token they do not identify */
void add_plain_readers(int port, int count);
void add_stalled(int port, const char *token, int count);
void acknowledge_every(int messages);
void start_counting(int messages);
void save_frame(const char *path);
int receiver_count(void);
long gaps_seen(void);
int lost_connections(void);
int cut_off_of_stalled(double seconds); /* the stalled read on: how many find that they were closed */

/* posters.c */
enum pace { UNTIL_ANSWERED, UNTIL_DELIVERED };

struct posting {
    int port;
    const char *token, *path; /* no token: what is posted is itself the frame that shall arrive */
    int messages, window;     /* at most `window` under way */
    double per_second;        /* 0: as fast as the window lets it */
    int characters;           /* of each message's text, or of the frame */
    enum pace pace;
};

struct reading {
    int port;
    const char *token, *path; /* the number of a page is put behind `path` */
    int requests, window;
    long highest, step;
};

double run_posting(const struct posting *posting);
double run_reading(const struct reading *reading);
long bytes_answered(void);

#endif
