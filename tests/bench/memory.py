"""Peak memory of this process."""

from pathlib import Path


def peak_mib() -> int:
    """Peak resident memory in MiB, from the kernel's VmHWM. (ru_maxrss would count the parent before the exec too.)"""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("the kernel does not say the peak memory of a process")
