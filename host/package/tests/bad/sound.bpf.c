/* The object of sound.json and flat.json: clang -target bpf -g -O2 -c -fdebug-compilation-dir=/ sound.bpf.c, then llvm-strip -g. */
typedef unsigned int u32;
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) val *name

enum mode { OFF, SLOW, FAST };
struct event { u32 pid; char comm[16]; u64 when; };
struct point { u32 x, y; };

struct { __uint(type, 1); __uint(max_entries, 16); __type(key, u32); __type(value, struct point); } points SEC(".maps");
struct { __uint(type, 27); __uint(max_entries, 4096); } events SEC(".maps");

const volatile u32 pid_target;
const volatile char name[8] = "init";
const volatile enum mode mode;
struct point origin = { 1, 2 };
u64 lost;
struct event *__eunomia_dummy_event_ptr;
char LICENSE[] SEC("license") = "GPL";

SEC("tp/sched/sched_process_exec") int on_exec(void *ctx) { lost += pid_target + mode + origin.x; return name[0]; }
