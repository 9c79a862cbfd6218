//! The `linchpin` command.

fn main() -> std::process::ExitCode {
    linchpin::cli::main()
}
