//! What this process has cost so far, as the system keeps the books on it.

use std::fs;
use std::time::Duration;

/// Processor time of this process, all threads, user and system together; `None` where the system does not tell.
#[must_use]
pub fn cpu_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
    }
    #[cfg(not(unix))]
    None
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

    #[cfg(unix)]
    #[test]
    fn work_takes_processor_time() {
        let before = cpu_time().expect("told");
        let sum = (0..1_000_000_u64).fold(0, |sum: u64, number| std::hint::black_box(sum.wrapping_add(number)));
        assert_eq!(sum, 499_999_500_000);
        assert!(cpu_time().expect("told") > before);
    }

    #[test]
    fn the_peak_is_read_in_bytes() {
        assert_eq!(peak_memory_in("Name:\tload\nVmHWM:\t   61440 kB\nVmRSS:\t 1 kB\n"), Some(60 << 20));
        assert_eq!(peak_memory_in("Name:\tload\n"), None);
    }
}
