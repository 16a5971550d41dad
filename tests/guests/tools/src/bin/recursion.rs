//! Calls itself until the stack is full.
fn deeper(depth: u64) -> u64 {
    if std::hint::black_box(depth) == u64::MAX {
        return 0;
    }
    let here = std::hint::black_box([depth; 32]);
    deeper(depth + 1) + here[(depth % 32) as usize]
}

fn main() {
    println!("{}", deeper(0));
}
