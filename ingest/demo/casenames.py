"""Names of test cases, as LTP, kselftest and the others print them; most are spelled by rules."""

from __future__ import annotations

from functools import cache
from itertools import product

_SYSCALLS = """
accept:3 accept4_:1 access:4 acct:2 add_key:5 adjtimex:3 alarm:7 bind:6 bpf_prog:7 brk:2 capget:2 capset:4 chdir:4
chmod:9 chown:5 chroot:4 clock_adjtime:2 clock_gettime:4 clock_nanosleep:4 clock_settime:3 clone:9 clone3:3 close:2
close_range:2 connect:2 copy_file_range:3 creat:9 delete_module:3 dup:7 dup2:7 dup3_:2 epoll_create:2 epoll_ctl:5
epoll_pwait:5 epoll_wait:7 eventfd:6 eventfd2_:3 execve:6 execveat:3 exit:2 faccessat:2 fallocate:6 fanotify:23 fchdir:3
fchmod:6 fchown:5 fchownat:3 fcntl:39 fdatasync:3 fgetxattr:3 finit_module:2 flistxattr:3 flock:6 fork:14 fsconfig:3
fsetxattr:2 fsmount:2 fsopen:2 fspick:2 fstat:3 fstatfs:2 fsync:4 ftruncate:4 futex_cmp_requeue:2 futex_wait:5 futex_waitv:3
futex_wake:4 get_mempolicy:2 get_robust_list:1 getcpu:2 getcwd:4 getdents:2 getegid:2 getgid:3 getgroups:3 getitimer:2
getpgid:2 getpid:2 getppid:2 getpriority:2 getrandom:5 getresuid:3 getrlimit:3 getrusage:4 getsid:2 getsockopt:2 gettid:2
gettimeofday:2 getuid:3 getxattr:5 inotify:12 io_cancel:2 io_destroy:2 io_getevents:2 io_setup:2 io_submit:3 io_uring:3 ioctl:9
ioctl_loop:7 ioctl_ns:7 ioprio_set:3 kcmp:3 keyctl:9 kill:13 landlock:8 lchown:3 link:8 linkat:2 listxattr:3 llseek:3 lseek:11
lstat:3 madvise:11 mbind:4 memfd_create:4 migrate_pages:3 mincore:4 mkdir:9 mkdirat:2 mknod:9 mlock:5 mlock2:3 mmap:20
modify_ldt:3 mount:7 mount_setattr:2 move_mount:3 move_pages:12 mprotect:5 mq_notify:3 mremap:6 msgctl:12 msgget:5 msgrcv:8
msgsnd:6 msync:4 munlock:2 munmap:4 nanosleep:4 nice:5 open:15 openat:4 openat2:3 open_by_handle_at:2 open_tree:2 pause:3
perf_event_open:3 personality:2 pidfd_open:4 pidfd_send_signal:3 pipe:15 pipe2_:4 poll:2 prctl:10 pread:2 preadv:3 preadv2:3
process_vm_readv:3 pselect:3 ptrace:11 pwrite:4 pwritev:3 quotactl:9 read:4 readahead:2 readlink:3 readv:2 reboot:2 recvmsg:3
remap_file_pages:2 rename:14 request_key:6 rmdir:3 rt_sigaction:3 rt_sigprocmask:2 rt_sigqueueinfo:2 sbrk:3 sched_getattr:2
sched_getparam:3 sched_rr_get_interval:3 sched_setparam:5 sched_setscheduler:4 select:4 semctl:9 semget:5 semop:5 sendfile:9
sendmsg:3 sendto:3 set_mempolicy:5 set_robust_list:1 setegid:2 setfsgid:3 setfsuid:4 setgid:3 setgroups:4 setitimer:2 setns:2
setpgid:3 setpriority:2 setregid:4 setresgid:4 setresuid:5 setreuid:7 setrlimit:6 setsid:1 setsockopt:9 setuid:4 setxattr:3
shmat:4 shmctl:8 shmdt:2 shmget:6 sigaction:2 sigaltstack:2 signal:6 signalfd:2 sigpending:2 sigprocmask:1 socket:2 socketpair:2
splice:9 stat:4 statfs:3 statvfs:2 statx:12 stime:2 swapoff:2 swapon:3 symlink:5 symlinkat:1 sync:3 syncfs:1 sync_file_range:2
sysfs:5 sysinfo:3 syslog:12 tee:2 tgkill:3 time:1 timer_create:3 timer_settime:3 timerfd:4 timerfd_settime:2 times:3 tkill:2
truncate:3 umask:1 umount:3 uname:4 unlink:8 unlinkat:1 unshare:2 userfaultfd:1 ustat:2 utime:7 utimensat:1 vfork:2 vmsplice:4
wait:2 wait4:3 waitid:11 waitpid:13 write:6 writev:7
"""
_CONTROLLERS = ("blkio", "cpu", "cpuacct", "cpuset", "debug", "devices", "freezer", "hugetlb", "memory", "perf_event")
_CVES = """
2011-0999 2012-0957 2014-0196 2015-0235 2015-7550 2016-10044 2016-4997 2016-5195 2016-7042 2016-7117 2017-12193
2017-15274 2017-15299 2017-15537 2017-15649 2017-15951 2017-17052 2017-17053 2017-17712 2017-17805 2017-17806 2017-17807
2017-18075 2017-2618 2017-2671 2017-5669 2017-6951 2017-7472 2018-1000001 2018-1000199 2018-1000204 2018-10124 2018-11508
2018-12896 2018-18445 2018-18559 2018-18955 2018-19854 2018-5803 2018-6927 2018-7566 2018-8897 2018-9568 2019-8912
2020-11494 2020-14386 2020-14416 2020-25704 2020-25705 2020-29373 2020-36557 2021-22555 2021-22600 2021-26708 2021-26932
2021-3444 2021-3609 2021-38604 2021-4034 2021-4197 2021-4204 2022-0185 2022-0847 2022-2590 2022-23222 2022-4378 2023-1829
2023-31248 2025-21756 2025-38236
"""
LTP = {
    "syscalls": _SYSCALLS,
    "controllers": "",
    "cve": _CVES,
    "fs": "gf:30 rwtest:5 growfiles:4 fs_inod:1 linker:1 openfile:1 inode:2 stream:5 ftest:8 lftest:1 writetest:1 fs_di:1 "
    "proc:1 read_all_dev:1 read_all_proc:1 read_all_sys:1 fs_racer:1 quota_remount_test:1 isofs:1 squashfs:1",
    "mm": "mm:2 data_space:1 stack_space:1 shmt:10 mem:2 page:2 mtest:1 mmapstress:10 mmap1_:4 mmap21_:2 oom:5 ksm:7 thp:4 "
    "vma:5 overcommit_memory:6 min_free_kbytes:1 swapping:1 kallsyms:1 dirtyc0w_shmem:1",
    "sched": "pth_str:3 time-schedule:1 trace_sched:1 cfs_bandwidth:1 hackbench:2 starvation:1 proc_sched_rt:1 "
    "sched_football:1 autogroup:1",
    "ipc": "pipeio_:8 sem:3 msgstress:1 shm_test:1 signal_test_:7 pipe_test:1",
    "math": "abs:1 atof:1 float_bessel:1 float_exp_log:1 float_iperb:1 float_power:1 float_trigo:1 fptest:2 nextafter:1",
    "containers": "pidns:20 mqns_:4 netns_netlink:1 netns_breakns_ip:4 netns_sysfs:1 shmnstest_:3 sem_comm:1 userns:8 utsname:4 timens:1",
    "hugetlb": "hugemmap:34 hugefork:2 hugeshmat:5 hugeshmctl:3 hugeshmget:5 hugefallocate:2",
    "dio": "dio:30 diotest:6 aio:8 ADSP:60",
    "crypto": "af_alg:7 pcrypt_aead:1 crypto_user:2",
    "fcntl-locktests": "FCNTL_LOCKTESTS:1",
    "pty": "pty:7 ptem:6 hangup:1",
    "timers": "clock_settime:3 leapsec:1 timer_create:1 set_tz:1",
}
XFSTESTS = tuple(f"ext4_generic_{number:03d}" for number in range(1, 160))

KSELFTEST = {
    "alsa": "", "arm64": "", "iommu": "", "landlock": "", "seccomp": "", "ftrace": "", "net": "", "mm": "", "dt": "", "x86": "",
    "bpf": "test_verifier test_tag test_maps test_lru_map test_progs test_dev_cgroup test_sysctl test_xdp_meta_sh test_tunnel_sh",
    "breakpoints": "step_after_suspend_test breakpoint_test_arm64",
    "capabilities": "test_execve validate_cap",
    "cgroup": "test_core test_cpu test_cpuset test_freezer test_hugetlb_memcg test_kill test_kmem test_memcontrol test_zswap "
    "test_stress_sh test_cpuset_prs_sh",
    "clone3": "clone3 clone3_clear_sighand clone3_set_tid clone3_cap_checkpoint_restore",
    "cpufreq": "main_sh main_sh_Completed_successfully",
    "dmabuf-heaps": "dmabuf-heap dmabuf-heap_system_allocation dmabuf-heap_system_zeroing",
    "efivarfs": "efivarfs_sh",
    "exec": "execveat null-argv load_address_0x1000 load_address_0x200000 non-regular recursion-depth check-exec",
    "filesystems": "devpts_pts epoll_wakeup_test statmount_test_ns anon_inode_test file_stressor kernfs_test",
    "futex": "futex_requeue futex_requeue_pi futex_wait futex_wait_timeout futex_wait_wouldblock futex_waitv futex_priv_hash run_sh",
    "gpio": "gpio-mockup_sh gpio-sim_sh",
    "ipc": "msgque",
    "kcmp": "kcmp_test kcmp_test_kcmp_file kcmp_test_kcmp_epoll",
    "kvm": "aarch64_arch_timer aarch64_debug-exceptions demand_paging_test dirty_log_test get-reg-list hardware_disable_test "
    "kvm_binary_stats_test kvm_page_table_test memslot_perf_test rseq_test set_memory_region_test steal_time",
    "lib": "bitmap_sh prime_numbers_sh scanf_sh",
    "livepatch": "test-livepatch_sh test-callbacks_sh test-shadow-vars_sh test-state_sh test-ftrace_sh test-sysfs_sh",
    "membarrier": "membarrier_test_multi_thread membarrier_test_single_thread",
    "memfd": "memfd_test run_fuse_test_sh run_hugetlbfs_test_sh",
    "mincore": "mincore_selftest mincore_selftest_global_basic_interface mincore_selftest_global_check_anonymous_locked_pages",
    "mount_setattr": "mount_setattr_test mount_setattr_test_idmap_fail mount_setattr_test_mount_attr_rdonly",
    "mqueue": "mq_open_tests mq_perf_tests",
    "openat2": "openat2_test resolve_test rename_attack_test",
    "pidfd": "pidfd_fdinfo_test pidfd_file_handle_test pidfd_getfd_test pidfd_open_test pidfd_poll_test pidfd_test pidfd_wait",
    "proc": "fd-001-lookup proc-loadavg-001 proc-maps-race proc-pid-vm proc-self-map-files-001 proc-uptime-001 read setns-dcache",
    "pstore": "pstore_tests pstore_post_reboot_tests",
    "ptrace": "peeksiginfo vmaccess get_syscall_info get_set_sud set_syscall_info",
    "rlimits": "rlimits-per-userns",
    "rseq": "basic_test basic_percpu_ops_test basic_percpu_ops_mm_cid_test param_test param_test_benchmark run_param_test_sh",
    "rtc": "rtctest rtctest_rtc_date_read rtctest_rtc_uie_read rtctest_rtc_uie_select rtctest_rtc_alarm_alm_set rtctest_rtc_alarm_wkalm_set",
    "sigaltstack": "sas",
    "size": "get_size",
    "splice": "default_file_splice_read_sh splice_read_sh",
    "sync": "sync_test sync_test_alloc_timeline sync_test_merge sync_test_stress_two_threads_shared_timeline",
    "sysctl": "sysctl_sh",
    "tc-testing": "tdc_sh",
    "timens": "clock_nanosleep exec futex procfs timens timer timerfd vfork_exec",
    "timers": "adjtick alarmtimer-suspend change_skew clocksource-switch freq-step inconsistency-check leap-a-day mqueue-lat "
    "nanosleep nsleep-lat posix_timers raw_skew rtcpie set-2038 set-tai skew_consistency threadtest valid-adjtimex",
    "tmpfs": "bug-link-o-tmpfile",
    "tpm2": "test_smoke_sh test_space_sh",
    "tty": "tty_tstamp_update tty_tiocsti_test",
    "uevent": "uevent_filtering",
    "user_events": "abi_test dyn_test ftrace_test perf_test",
    "vDSO": "vdso_test_gettimeofday vdso_test_getcpu vdso_test_abi vdso_test_clock_getres vdso_test_correctness vdso_test_chacha",
    "zram": "zram_sh",
}  # fmt: skip
REDHAT_TASKS = tuple("""
Boot_test system_provision CKI_restraint SELinux_Custom_Module_Setup distribution_check-install LTP_lite xfstests_-_ext4
xfstests_-_xfs kselftests_upstream_-_net kselftests_upstream_-_mm Memory_function_memfd_create Podman_system_test
stress_stress-ng ACPI_table_test CIFS_Connectathon Loopdev_Sanity jvm_jcstress_tests Networking_bridge_sanity
Networking_socket_fuzz Networking_ipsec_basic_netns_transport audit_audit_testsuite_test lvm_thinp_sanity
storage_software_RAID_testing USB_devices_basic_check NUMA_numactl_verify pciutils_sanity
""".split())  # fmt: skip


def _counted(spec: str) -> tuple[str, ...]:
    """Expand "open:3" to open01, open02, open03; "gf:30" to gf01 … gf30."""
    names: list[str] = []
    for item in spec.split():
        stem, _, count = item.rpartition(":")
        names += [f"{stem}{number:02d}" for number in range(1, int(count) + 1)]
    return tuple(names)


@cache
def ltp_cases(group: str) -> tuple[str, ...]:
    """Return the cases of a group of the Linux Test Project (runtest file)."""
    if group == "controllers":
        stress = (
            f"cgroup_fj_stress_{name}_{shape}_{mode}"
            for name, shape, mode in product(_CONTROLLERS, ("1_200", "200_1", "2_2", "3_3", "4_4", "10_3"), ("none", "one", "each"))
        )
        return (*(f"cgroup_fj_function_{name}" for name in _CONTROLLERS), "cgroup_core01", "cgroup_core02", "cgroup_core03", *stress)
    if group == "cve":
        return tuple(f"cve-{number}" for number in _CVES.split())
    return _counted(LTP[group])


@cache
def kselftest_cases(name: str) -> tuple[str, ...]:
    """Return the leaves of one kselftest collection, in their order of running."""
    spelled = _SPELLED.get(name)
    leaves = spelled() if spelled else tuple(KSELFTEST[name].split())
    return (f"shardfile-{name}", *(f"{name}_{leaf}" for leaf in leaves))


def _alsa() -> tuple[str, ...]:
    checks = ("get_value", "name", "write_default", "write_valid", "write_invalid", "event_missing", "event_spurious")
    return ("mixer-test", "pcm-test", *(f"mixer-test_{check}_CARD0_{control}" for control, check in product(range(56), checks)))


def _arm64() -> tuple[str, ...]:
    vectors = range(16, 2064, 16)
    sve = (f"sve-ptrace_{what}_SVE_VL_{length}" for length, what in product(vectors, ("Set", "Set_and_get", "Get_and_set_data_for")))
    stress = (f"fp-stress_{unit}-VL-{length}-{cpu}" for unit, length, cpu in product(("SVE", "SSVE"), (128, 256, 512), range(8)))
    hwcap = (f"hwcap_{check}_{cap}" for cap, check in product(
        ("AES", "CRC32", "CSSC", "F8CVT", "GCS", "ILRCPC", "LSE", "MOPS", "PMULL", "RNG", "RPRFM", "SHA1", "SHA2", "SME", "SVE", "SVE2"),
        ("cpuinfo_match", "sigill", "sigbus")))  # fmt: skip
    return ("btitest", "ptrace", "syscall-abi", "tpidr2", *hwcap, *stress, *sve)


def _iommu() -> tuple[str, ...]:
    cases = (
        "auto_destroy ioas_area_auto_destroy get_hw_info area ioas_area area_allowed iova_ranges access_pin access_rw fork_gone "
        "fork_present ioas_option_huge_pages ioas_iova_alloc ioas_replace_domain mock_domain_map user_copy unmap_fully_contained "
        "dirty_bitmap_set dirty_bitmap_get hwpt_dirty_tracking"
    ).split()
    variants = ("mock_domain", "two_mock_domain", "mock_domain_hugepage", "two_mock_domain_hugepage", "no_domain", "domain_limit128M")
    spelled = (f"iommufd_iommufd_ioas_{variant}_{case}" for variant, case in product(variants, cases))
    pasid = (f"iommufd_fail_nth_basic_fail_nth_access_{what}_{step}" for what, step in product(("rw", "pin", "map"), range(12)))
    return ("iommufd", "iommufd_fail_nth", *spelled, *pasid)


def _landlock() -> tuple[str, ...]:
    layouts = ("layout0", "layout1", "layout1_bind", "layout2_overlay", "layout3_fs_tmpfs", "layout3_fs_proc", "audit")
    checks = ("no_restriction same_content_same_file inval file_and_dir_access_rights unknown_access_rights proc_nsfs "
              "unpriv ruleset_overlap inherit_superset max_layers").split()  # fmt: skip
    return ("base_test", "fs_test", *(f"fs_test_{layout}_{check}" for layout, check in product(layouts, checks)))


def _seccomp() -> tuple[str, ...]:
    groups = ("TRACE_syscall_ptrace", "TRACE_syscall_seccomp", "TSYNC", "precedence", "URETPROBE_not_attached", "URETPROBE_attached")
    checks = (
        "ALLOW_siblings_two_filters negative_ENOSYS syscall_allowed syscall_redirected syscall_errno syscall_faked kill_immediate "
        "skip_after kill_after kill_is_highest_in_any_order errno_is_third "
        "uretprobe_default_block_with_syscall_number_changed_by_the_tracer_after_the_filter_had_already_allowed_it_"
    ).split()
    spelled = (f"seccomp_bpf_{group}_{check}" for group, check in product(groups, checks))
    return ("seccomp_bpf", "seccomp_benchmark", *spelled)


def _ftrace() -> tuple[str, ...]:
    subjects = ("Basic_trace_file_check", "Snapshot_and_tracing_setting", "Generic_dynamic_event", "Kprobe_dynamic_event_-_adding_and_removing",
                "event_tracing_-_enable_disable_with_subsystem_level_files", "ftrace_-_function_graph_filters_with_stack_tracer",
                "event_trigger_-_test_inter-event_histogram_trigger_onmax_action")  # fmt: skip
    return ("ftracetest-ktap", *(f"ftracetest-ktap_{subject}_{number}" for number, subject in product(range(1, 12), subjects)))


def _net() -> tuple[str, ...]:
    scripts = (
        "altnames amt_sh arp_ndisc_evict_nocarrier bareudp bind_bhash big_tcp bpf_offload broadcast_pmtu cmsg_so_mark cmsg_time "
        "drop_monitor_tests fcnal-test fib_nexthop_multiprefix fib_nexthops fib_rule_tests fib_tests fib-onlink-tests gre_gso gro "
        "icmp icmp_redirect ip6_gre_headroom io_uring_zerocopy_tx l2_tos_ttl_inherit l2tp ndisc_unsolicited_na_test netdevice "
        "pmtu psock_snd reuseaddr_conflict reuseport_bpf reuseport_dualstack route_localnet rtnetlink run_afpackettests "
        "setup_loopback so_txtime srv6_end_dt46_l3vpn_test stress_reuseport_listen tcp_fastopen_backup_key test_blackhole_dev "
        "test_bpf test_vxlan_mdb test_vxlan_under_vrf tls toeplitz traceroute txtimestamp udpgro udpgso unicast_extensions vrf-xfrm-tests xfrm_policy"
    ).split()
    tls = (f"tls_{cipher}_{check}" for cipher, check in product(
        ("12_aes_gcm", "13_aes_gcm", "12_chacha", "13_chacha", "13_sm4_gcm"),
        ("sendfile", "send_then_sendfile", "multi_chunk_sendfile", "recv_max", "splice_from_pipe", "poll_wait", "rekey", "shutdown_unsent")))  # fmt: skip
    return (*scripts, *tls)


def _mm() -> tuple[str, ...]:
    return tuple(
        "cow hugepage-mmap hugepage-mremap hugepage-shm khugepaged ksm_tests madv_populate map_fixed_noreplace memfd_secret migration "
        "mlock2-tests mrelease_test mremap_test mkdirty on-fault-limit pagemap_ioctl pkey_sighandler_tests process_madv protection_keys "
        "soft-dirty split_huge_page_test thuge-gen transhuge-stress uffd-stress_anon uffd-stress_shmem uffd-unit-tests "
        "virtual_address_range va_high_addr_switch vm_test_sh".split()
    ) + tuple(f"cow_{kind}_{state}_{number}" for kind, state, number in product(("anon", "thp", "hugetlb"), ("read", "write", "fork"), range(6)))


def _dt() -> tuple[str, ...]:
    nodes = ("amba_serial_9000000", "cpus_cpu_0", "cpus_cpu_1", "firmware_optee", "gpio-keys", "hdmi-connector", "leds", "memory", "psci",
             "regulator-vcc_3v3", "soc_ethernet", "soc_gpu", "soc_i2c_0", "soc_i2c_1", "soc_mmc_0", "soc_mmc_1", "soc_pcie", "soc_pwm_0",
             "soc_rng", "soc_sound", "soc_spi_0", "soc_thermal", "soc_usb_0", "soc_usb_1", "soc_watchdog", "thermal-zones", "timer")  # fmt: skip
    return ("test_unprobed_devices_sh", *(f"test_unprobed_devices_sh_{node}" for node in nodes))


def _x86() -> tuple[str, ...]:
    return tuple(
        f"{name}_{bits}"
        for name, bits in product(
            "amx check_initial_reg_state corrupt_xstate_header entry_from_vm86 fsgsbase fsgsbase_restore iopl ioperm lam ldt_gdt "
            "mov_ss_trap nx_stack ptrace_syscall sigreturn sigtrap_loop single_step_syscall syscall_arg_fault syscall_nt "
            "test_mremap_vdso test_vsyscall unwind_vdso vdso_restorer".split(),
            (32, 64),
        )
    )


_SPELLED = {
    "alsa": _alsa, "arm64": _arm64, "iommu": _iommu, "landlock": _landlock, "seccomp": _seccomp, "ftrace": _ftrace,
    "net": _net, "mm": _mm, "dt": _dt, "x86": _x86,
}  # fmt: skip
