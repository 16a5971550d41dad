struct event { int pid; char comm[16]; u64 when; };
struct key { u32 id; };
struct hist { u32 slots[8]; };

/* First, because it is the one that code refers to: clang lays that out before the others. */
struct { __uint(type, 6); __uint(max_entries, 1); __type(key, u32); __type(value, u64); } drops SEC(".maps");
struct { __uint(type, 27); __uint(max_entries, 262144); } rb SEC(".maps");
struct { __uint(type, 1); __uint(max_entries, 128); __type(key, struct key); __type(value, struct hist); } hists SEC(".maps");
struct { __uint(type, 4); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");

const volatile pid_t pid_target = 0;
const volatile bool targ_failed = 0;
const volatile char name[16] = "init";
u64 lost;
u64 counted = 5;
static u64 hidden_from_skeletons;
struct event *__eunomia_dummy_event_ptr;

static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*print)(const char *text, u32 size, ...) = (void *)6;

static __attribute__((noinline)) int helper(int value) { return value + pid_target; }

SEC("tp/sched/sched_process_exec") int on_exec(void *ctx)
{
	print("exec %s", 8, name);
	lost++;
	hidden_from_skeletons += counted;
	return helper(targ_failed + hidden_from_skeletons);
}
SEC("?kprobe/do_exit") int on_exit(void *ctx) { u32 key = 0; return lookup(&drops, &key) != 0; }
