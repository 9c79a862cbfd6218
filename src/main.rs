//! The `linchpin` command.

/// Facts and figures are millions of small values, made by one thread and freed by another: glibc's allocator keeps the holes
/// between them for itself, more than twice what a report needs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    linchpin::cli::main()
}
