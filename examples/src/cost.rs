//! What this process has cost so far, as Linux keeps the books on it.

use std::fs;
use std::time::Duration;

/// Ticks of /proc a second: fixed for user space on Linux, whatever the kernel's own.
const TICKS_A_SECOND: u32 = 100;

/// Processor time of this process, all threads, user and system together; `None` where there is no /proc.
#[must_use]
pub fn cpu_time() -> Option<Duration> {
    cpu_time_in(&fs::read_to_string("/proc/self/stat").ok()?)
}

fn cpu_time_in(stat: &str) -> Option<Duration> {
    // The program's name stands in brackets and may hold anything; fields count from behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(Duration::from_secs(1) * user.checked_add(system)? / TICKS_A_SECOND)
}

/// The most memory that this process has held, in bytes; `None` where there is no /proc.
#[must_use]
pub fn peak_memory() -> Option<u64> {
    peak_memory_in(&fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_memory_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added_whatever_the_program_is_called() {
        let stat = "812 (load) S (x)) S 1 812 812 0 -1 4194304 1 2 3 4 157 43 0 0 20 0 9 0 1 2 3";
        assert_eq!(cpu_time_in(stat), Some(Duration::from_millis(2_000)));
        assert_eq!(cpu_time_in("812 (load) S 1"), None);
    }

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(peak_memory_in("Name:\tload\nVmHWM:\t   61440 kB\nVmRSS:\t 1 kB\n"), Some(60 << 20));
        assert_eq!(peak_memory_in("Name:\tload\n"), None);
    }
}
