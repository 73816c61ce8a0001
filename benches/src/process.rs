//! What the system tells about processes: time spent, memory held, children.

use crate::Outcome;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Ticks of `/proc/<pid>/stat` in a second; Linux shows 100 to programs on every architecture we build for.
const TICKS_PER_SECOND: f64 = 100.0;

/// Returns the processor time of this process and all its threads, ended ones too, in seconds.
pub fn own_cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Returns the processor time of all children that were waited for, in seconds, to a hundredth.
pub fn children_cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    // After the name: state is the first, cutime and cstime the 14th and 15th.
    after.split(' ').skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_SECOND
}

/// Returns a field of `/proc/<pid>/<file>` in KiB, such as `VmHWM` of `status` or `Pss` of `smaps_rollup`.
pub fn kib(pid: u32, file: &str, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Returns a process and all its descendants.
pub fn family(pid: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let (_, after) = stat.rsplit_once(") ")?;
            Some((pid, after.split(' ').nth(1)?.parse().ok()?))
        })
        .collect();
    let mut all = vec![pid];
    let mut next = 0;
    while let Some(parent) = all.get(next).copied() {
        all.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    all
}

/// What a program took that ran to its end.
pub struct Ran {
    /// From start to end.
    pub seconds: f64,
    /// User and system time of it and its children.
    pub cpu_seconds: f64,
    /// The most memory it ever held, in MiB.
    pub peak_mib: f64,
    /// What it wrote to standard output.
    pub output: String,
}

/// Runs a program to its end and watches its memory.
///
/// # Errors
/// Where it cannot be started or does not end well.
pub fn run(command: &mut Command) -> Outcome<Ran> {
    let cpu = children_cpu();
    let begun = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (pid, over) = (child.id(), AtomicBool::new(false));
    // What it writes is read all the while: a long answer does not fit a pipe, and the program would wait for ever.
    let (peak, seconds, done) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = 0;
            // VmHWM never falls, so the last look before the end is at most a few milliseconds behind the truth.
            while !over.load(Ordering::Relaxed) {
                peak = kib(pid, "status", "VmHWM").unwrap_or_default().max(peak);
                std::thread::sleep(Duration::from_millis(2));
            }
            peak
        });
        let done = child.wait_with_output();
        let seconds = begun.elapsed().as_secs_f64();
        over.store(true, Ordering::Relaxed);
        (watch.join().unwrap_or_default(), seconds, done)
    });
    let done = done?;
    if !done.status.success() {
        return Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr).trim()).into());
    }
    Ok(Ran {
        seconds,
        cpu_seconds: children_cpu() - cpu,
        peak_mib: peak as f64 / 1024.0,
        output: String::from_utf8_lossy(&done.stdout).into_owned(),
    })
}

/// A program that runs until it is dropped: it is asked to end, and killed when it does not.
pub struct Running(pub Child);

impl Running {
    /// Asks it to end and waits.
    pub fn stop(&mut self) {
        if let Ok(Some(_)) = self.0.try_wait() {
            return;
        }
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let until = Instant::now() + Duration::from_secs(15);
        while Instant::now() < until {
            if let Ok(Some(_)) = self.0.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Returns the size of a file, in MiB.
pub fn size_mib(path: &Path) -> f64 {
    std::fs::metadata(path).map_or(0.0, |facts| facts.len() as f64) / f64::from(1 << 20)
}
