"""Names of test cases, as the Linux Test Project and others print them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import product


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


_SYSCALLS = """
accept:3 accept4_:1 access:4 acct:2 add_key:5 adjtimex:3 alarm:7 bind:6 bpf_prog:7 brk:2 capget:2 capset:4
chdir:4 chmod:9 chown:5 chroot:4 clock_adjtime:2 clock_gettime:4 clock_nanosleep:4 clock_settime:3 clone:9
clone3:3 close:2 close_range:2 connect:2 copy_file_range:3 creat:9 delete_module:3 dup:7 dup2:7 dup3_:2
epoll_create:2 epoll_ctl:5 epoll_pwait:5 epoll_wait:7 eventfd:6 eventfd2_:3 execve:6 execveat:3 exit:2
faccessat:2 fallocate:6 fanotify:23 fchdir:3 fchmod:6 fchown:5 fchownat:3 fcntl:39 fdatasync:3 fgetxattr:3
finit_module:2 flistxattr:3 flock:6 fork:14 fsconfig:3 fsetxattr:2 fsmount:2 fsopen:2 fspick:2 fstat:3
fstatfs:2 fsync:4 ftruncate:4 futex_cmp_requeue:2 futex_wait:5 futex_waitv:3 futex_wake:4 get_mempolicy:2
get_robust_list:1 getcpu:2 getcwd:4 getdents:2 getegid:2 getgid:3 getgroups:3 getitimer:2 getpgid:2
getpid:2 getppid:2 getpriority:2 getrandom:5 getresuid:3 getrlimit:3 getrusage:4 getsid:2 getsockopt:2
gettid:2 gettimeofday:2 getuid:3 getxattr:5 inotify:12 io_cancel:2 io_destroy:2 io_getevents:2 io_setup:2
io_submit:3 io_uring:3 ioctl:9 ioctl_loop:7 ioctl_ns:7 ioprio_set:3 kcmp:3 keyctl:9 kill:13 landlock:8
lchown:3 link:8 linkat:2 listxattr:3 llseek:3 lseek:11 lstat:3 madvise:11 mbind:4 memfd_create:4
migrate_pages:3 mincore:4 mkdir:9 mkdirat:2 mknod:9 mlock:5 mlock2:3 mmap:20 modify_ldt:3 mount:7
mount_setattr:2 move_mount:3 move_pages:12 mprotect:5 mq_notify:3 mremap:6 msgctl:12 msgget:5 msgrcv:8
msgsnd:6 msync:4 munlock:2 munmap:4 nanosleep:4 nice:5 open:15 openat:4 openat2:3 open_by_handle_at:2
open_tree:2 pause:3 perf_event_open:3 personality:2 pidfd_open:4 pidfd_send_signal:3 pipe:15 pipe2_:4
poll:2 prctl:10 pread:2 preadv:3 preadv2:3 process_vm_readv:3 pselect:3 ptrace:11 pwrite:4 pwritev:3
quotactl:9 read:4 readahead:2 readlink:3 readv:2 reboot:2 recvmsg:3 remap_file_pages:2 rename:14
request_key:6 rmdir:3 rt_sigaction:3 rt_sigprocmask:2 rt_sigqueueinfo:2 sbrk:3 sched_getattr:2
sched_getparam:3 sched_rr_get_interval:3 sched_setparam:5 sched_setscheduler:4 select:4 semctl:9 semget:5
semop:5 sendfile:9 sendmsg:3 sendto:3 set_mempolicy:5 set_robust_list:1 setegid:2 setfsgid:3 setfsuid:4
setgid:3 setgroups:4 setitimer:2 setns:2 setpgid:3 setpriority:2 setregid:4 setresgid:4 setresuid:5
setreuid:7 setrlimit:6 setsid:1 setsockopt:9 setuid:4 setxattr:3 shmat:4 shmctl:8 shmdt:2 shmget:6
sigaction:2 sigaltstack:2 signal:6 signalfd:2 sigpending:2 sigprocmask:1 socket:2 socketpair:2 splice:9
stat:4 statfs:3 statvfs:2 statx:12 stime:2 swapoff:2 swapon:3 symlink:5 symlinkat:1 sync:3 syncfs:1
sync_file_range:2 sysfs:5 sysinfo:3 syslog:12 tee:2 tgkill:3 time:1 timer_create:3 timer_settime:3
timerfd:4 timerfd_settime:2 times:3 tkill:2 truncate:3 umask:1 umount:3 uname:4 unlink:8 unlinkat:1
unshare:2 userfaultfd:1 ustat:2 utime:7 utimensat:1 vfork:2 vmsplice:4 wait:2 wait4:3 waitid:11 waitpid:13
write:6 writev:7
"""
_CVES = """
2011-0999 2012-0957 2014-0196 2015-0235 2015-7550 2016-10044 2016-4997 2016-5195 2016-7042 2016-7117
2017-12193 2017-15274 2017-15299 2017-15537 2017-15649 2017-15951 2017-17052 2017-17053 2017-17712
2017-17805 2017-17806 2017-17807 2017-18075 2017-2618 2017-2671 2017-5669 2017-6951 2017-7472 2018-1000001
2018-1000199 2018-1000204 2018-10124 2018-11508 2018-12896 2018-18445 2018-18559 2018-18955 2018-19854
2018-5803 2018-6927 2018-7566 2018-8897 2018-9568 2019-8912 2020-11494 2020-14386 2020-14416 2020-25704
2020-25705 2020-29373 2020-36557 2021-22555 2021-22600 2021-26708 2021-26932 2021-3444 2021-3609
2021-38604 2021-4034 2021-4197 2021-4204 2022-0185 2022-0847 2022-2590 2022-23222 2022-4378 2023-1829
2023-31248 2025-21756 2025-38236
"""
_CONTROLLERS = words("blkio cpu cpuacct cpuset debug devices freezer hugetlb memory perf_event")
LTP = {
    "syscalls": _SYSCALLS,
    "controllers": "",
    "cve": _CVES,
    "fs": """
    gf:30 rwtest:5 growfiles:4 fs_inod:1 linker:1 openfile:1 inode:2 stream:5 ftest:8 lftest:1
    writetest:1 fs_di:1 proc:1 read_all_dev:1 read_all_proc:1 read_all_sys:1 fs_racer:1
    quota_remount_test:1 isofs:1 squashfs:1
    """,
    "mm": """
    mm:2 data_space:1 stack_space:1 shmt:10 mem:2 page:2 mtest:1 mmapstress:10 mmap1_:4 mmap21_:2
    oom:5 ksm:7 thp:4 vma:5 overcommit_memory:6 min_free_kbytes:1 swapping:1 kallsyms:1
    dirtyc0w_shmem:1
    """,
    "sched": """
    pth_str:3 time-schedule:1 trace_sched:1 cfs_bandwidth:1 hackbench:2 starvation:1 proc_sched_rt:1
    sched_football:1 autogroup:1
    """,
    "ipc": "pipeio_:8 sem:3 msgstress:1 shm_test:1 signal_test_:7 pipe_test:1",
    "math": """
    abs:1 atof:1 float_bessel:1 float_exp_log:1 float_iperb:1 float_power:1 float_trigo:1 fptest:2
    nextafter:1
    """,
    "containers": """
    pidns:20 mqns_:4 netns_netlink:1 netns_breakns_ip:4 netns_sysfs:1 shmnstest_:3 sem_comm:1 userns:8
    utsname:4 timens:1
    """,
    "hugetlb": "hugemmap:34 hugefork:2 hugeshmat:5 hugeshmctl:3 hugeshmget:5 hugefallocate:2",
    "dio": "dio:30 diotest:6 aio:8 ADSP:60",
    "crypto": "af_alg:7 pcrypt_aead:1 crypto_user:2",
    "fcntl-locktests": "FCNTL_LOCKTESTS:1",
    "pty": "pty:7 ptem:6 hangup:1",
    "timers": "clock_settime:3 leapsec:1 timer_create:1 set_tz:1",
}
XFSTESTS = tuple(f"ext4_generic_{number:03d}" for number in range(1, 160))
REDHAT_TASKS = words("""
    Boot_test system_provision CKI_restraint SELinux_Custom_Module_Setup distribution_check-install
    LTP_lite xfstests_-_ext4 xfstests_-_xfs kselftests_upstream_-_net kselftests_upstream_-_mm
    Memory_function_memfd_create Podman_system_test stress_stress-ng ACPI_table_test CIFS_Connectathon
    Loopdev_Sanity jvm_jcstress_tests Networking_bridge_sanity Networking_socket_fuzz
    Networking_ipsec_basic_netns_transport audit_audit_testsuite_test lvm_thinp_sanity
    storage_software_RAID_testing USB_devices_basic_check NUMA_numactl_verify pciutils_sanity
    """)


def _counted(spec: str) -> tuple[str, ...]:
    """Expand "open:3" to open01, open02, open03."""
    names: list[str] = []
    for item in spec.split():
        stem, _, count = item.rpartition(":")
        names += [f"{stem}{number:02d}" for number in range(1, int(count) + 1)]
    return tuple(names)


def spelled(pattern: str, *parts: Iterable[object]) -> tuple[str, ...]:
    """Return the pattern filled in with every combination of the parts."""
    return tuple(pattern.format(*combination) for combination in product(*parts))


@cache
def ltp_cases(group: str) -> tuple[str, ...]:
    """Return the cases of a group of the Linux Test Project (a runtest file)."""
    if group == "controllers":
        shapes, modes = words("1_200 200_1 2_2 3_3 4_4 10_3"), words("none one each")
        return (
            *spelled("cgroup_fj_function_{}", _CONTROLLERS),
            *spelled("cgroup_core{:02d}", range(1, 4)),
            *spelled("cgroup_fj_stress_{}_{}_{}", _CONTROLLERS, shapes, modes),
        )
    if group == "cve":
        return spelled("cve-{}", words(_CVES))
    return _counted(LTP[group])
