"""Names of kselftest's collections and their cases; the large ones are spelled by rules."""

from __future__ import annotations

from functools import cache
from itertools import product

from ingest.demo.casenames import spelled, words

KSELFTEST = {
    # Those without words are spelled by rules, below.
    "alsa": "",
    "arm64": "",
    "iommu": "",
    "landlock": "",
    "seccomp": "",
    "ftrace": "",
    "net": "",
    "mm": "",
    "dt": "",
    "x86": "",
    "bpf": """
    test_verifier test_tag test_maps test_lru_map test_progs test_dev_cgroup test_sysctl
    test_xdp_meta_sh test_tunnel_sh
    """,
    "breakpoints": "step_after_suspend_test breakpoint_test_arm64",
    "capabilities": "test_execve validate_cap",
    "cgroup": """
    test_core test_cpu test_cpuset test_freezer test_hugetlb_memcg test_kill test_kmem test_memcontrol
    test_zswap test_stress_sh test_cpuset_prs_sh
    """,
    "clone3": "clone3 clone3_clear_sighand clone3_set_tid clone3_cap_checkpoint_restore",
    "cpufreq": "main_sh main_sh_Completed_successfully",
    "dmabuf-heaps": "dmabuf-heap dmabuf-heap_system_allocation dmabuf-heap_system_zeroing",
    "efivarfs": "efivarfs_sh",
    "exec": """
    execveat null-argv load_address_0x1000 load_address_0x200000 non-regular recursion-depth
    check-exec
    """,
    "filesystems": """
    devpts_pts epoll_wakeup_test statmount_test_ns anon_inode_test file_stressor kernfs_test
    """,
    "futex": """
    futex_requeue futex_requeue_pi futex_wait futex_wait_timeout futex_wait_wouldblock futex_waitv
    futex_priv_hash run_sh
    """,
    "gpio": "gpio-mockup_sh gpio-sim_sh",
    "ipc": "msgque",
    "kcmp": "kcmp_test kcmp_test_kcmp_file kcmp_test_kcmp_epoll",
    "kvm": """
    aarch64_arch_timer aarch64_debug-exceptions demand_paging_test dirty_log_test get-reg-list
    hardware_disable_test kvm_binary_stats_test kvm_page_table_test memslot_perf_test rseq_test
    set_memory_region_test steal_time
    """,
    "lib": "bitmap_sh prime_numbers_sh scanf_sh",
    "livepatch": """
    test-livepatch_sh test-callbacks_sh test-shadow-vars_sh test-state_sh test-ftrace_sh test-sysfs_sh
    """,
    "membarrier": "membarrier_test_multi_thread membarrier_test_single_thread",
    "memfd": "memfd_test run_fuse_test_sh run_hugetlbfs_test_sh",
    "mincore": """
    mincore_selftest mincore_selftest_global_basic_interface
    mincore_selftest_global_check_anonymous_locked_pages
    """,
    "mount_setattr": """
    mount_setattr_test mount_setattr_test_idmap_fail mount_setattr_test_mount_attr_rdonly
    """,
    "mqueue": "mq_open_tests mq_perf_tests",
    "openat2": "openat2_test resolve_test rename_attack_test",
    "pidfd": """
    pidfd_fdinfo_test pidfd_file_handle_test pidfd_getfd_test pidfd_open_test pidfd_poll_test
    pidfd_test pidfd_wait
    """,
    "proc": """
    fd-001-lookup proc-loadavg-001 proc-maps-race proc-pid-vm proc-self-map-files-001 proc-uptime-001
    read setns-dcache
    """,
    "pstore": "pstore_tests pstore_post_reboot_tests",
    "ptrace": "peeksiginfo vmaccess get_syscall_info get_set_sud set_syscall_info",
    "rlimits": "rlimits-per-userns",
    "rseq": """
    basic_test basic_percpu_ops_test basic_percpu_ops_mm_cid_test param_test param_test_benchmark
    run_param_test_sh
    """,
    "rtc": """
    rtctest rtctest_rtc_date_read rtctest_rtc_uie_read rtctest_rtc_uie_select
    rtctest_rtc_alarm_alm_set rtctest_rtc_alarm_wkalm_set
    """,
    "sigaltstack": "sas",
    "size": "get_size",
    "splice": "default_file_splice_read_sh splice_read_sh",
    "sync": """
    sync_test sync_test_alloc_timeline sync_test_merge sync_test_stress_two_threads_shared_timeline
    """,
    "sysctl": "sysctl_sh",
    "tc-testing": "tdc_sh",
    "timens": "clock_nanosleep exec futex procfs timens timer timerfd vfork_exec",
    "timers": """
    adjtick alarmtimer-suspend change_skew clocksource-switch freq-step inconsistency-check leap-a-day
    mqueue-lat nanosleep nsleep-lat posix_timers raw_skew rtcpie set-2038 set-tai skew_consistency
    threadtest valid-adjtimex
    """,
    "tmpfs": "bug-link-o-tmpfile",
    "tpm2": "test_smoke_sh test_space_sh",
    "tty": "tty_tstamp_update tty_tiocsti_test",
    "uevent": "uevent_filtering",
    "user_events": "abi_test dyn_test ftrace_test perf_test",
    "vDSO": """
    vdso_test_gettimeofday vdso_test_getcpu vdso_test_abi vdso_test_clock_getres vdso_test_correctness
    vdso_test_chacha
    """,
    "zram": "zram_sh",
}


@cache
def kselftest_cases(name: str) -> tuple[str, ...]:
    """Return the leaves of one kselftest collection, in their order of running."""
    rule = _RULES.get(name)
    leaves = rule() if rule else words(KSELFTEST[name])
    return (f"shardfile-{name}", *(f"{name}_{leaf}" for leaf in leaves))


def _alsa() -> tuple[str, ...]:
    checks = words("get_value name write_default write_valid write_invalid event_missing event_spurious")
    controls = ((check, control) for control, check in product(range(56), checks))
    return ("mixer-test", "pcm-test", *(f"mixer-test_{check}_CARD0_{control}" for check, control in controls))


def _arm64() -> tuple[str, ...]:
    lengths = range(16, 2064, 16)
    capabilities = words("AES CRC32 CSSC F8CVT GCS ILRCPC LSE MOPS PMULL RNG RPRFM SHA1 SHA2 SME SVE SVE2")
    return (
        *words("btitest ptrace syscall-abi tpidr2"),
        *spelled("hwcap_{}_{}", words("cpuinfo_match sigill sigbus"), capabilities),
        *spelled("fp-stress_{}-VL-{}-{}", ("SVE", "SSVE"), (128, 256, 512), range(8)),
        *spelled("sve-ptrace_{}_SVE_VL_{}", ("Set", "Set_and_get", "Get_and_set_data_for"), lengths),
    )


def _iommu() -> tuple[str, ...]:
    cases = words(
        """
        auto_destroy ioas_area_auto_destroy get_hw_info area ioas_area area_allowed iova_ranges
        access_pin access_rw fork_gone fork_present ioas_option_huge_pages ioas_iova_alloc
        ioas_replace_domain mock_domain_map user_copy unmap_fully_contained dirty_bitmap_set
        dirty_bitmap_get hwpt_dirty_tracking
        """
    )
    domains = words(
        "mock_domain two_mock_domain mock_domain_hugepage two_mock_domain_hugepage no_domain domain_limit128M"
    )
    return (
        *words("iommufd iommufd_fail_nth"),
        *spelled("iommufd_iommufd_ioas_{}_{}", domains, cases),
        *spelled("iommufd_fail_nth_basic_fail_nth_access_{}_{}", ("rw", "pin", "map"), range(12)),
    )


def _landlock() -> tuple[str, ...]:
    layouts = words("layout0 layout1 layout1_bind layout2_overlay layout3_fs_tmpfs layout3_fs_proc audit")
    checks = words(
        "no_restriction same_content_same_file inval file_and_dir_access_rights unknown_access_rights "
        "proc_nsfs unpriv ruleset_overlap inherit_superset max_layers"
    )
    return ("base_test", "fs_test", *spelled("fs_test_{}_{}", layouts, checks))


def _seccomp() -> tuple[str, ...]:
    groups = words(
        "TRACE_syscall_ptrace TRACE_syscall_seccomp TSYNC precedence "
        "URETPROBE_not_attached URETPROBE_attached"
    )
    checks = words(
        """
        ALLOW_siblings_two_filters negative_ENOSYS syscall_allowed syscall_redirected
        syscall_errno syscall_faked kill_immediate skip_after kill_after
        kill_is_highest_in_any_order errno_is_third
        uretprobe_default_block_with_syscall_number_changed_by_the_tracer_after_the_filter_had_allowed_it_
        """
    )
    return ("seccomp_bpf", "seccomp_benchmark", *spelled("seccomp_bpf_{}_{}", groups, checks))


def _ftrace() -> tuple[str, ...]:
    subjects = words(
        """
        Basic_trace_file_check Snapshot_and_tracing_setting Generic_dynamic_event
        Kprobe_dynamic_event_-_adding_and_removing
        event_tracing_-_enable_disable_with_subsystem_level_files
        ftrace_-_function_graph_filters_with_stack_tracer
        event_trigger_-_test_inter-event_histogram_trigger_onmax_action
        """
    )
    numbered = ((subject, number) for number, subject in product(range(1, 12), subjects))
    return ("ftracetest-ktap", *(f"ftracetest-ktap_{subject}_{number}" for subject, number in numbered))


def _net() -> tuple[str, ...]:
    scripts = words(
        """
        altnames amt_sh arp_ndisc_evict_nocarrier bareudp bind_bhash big_tcp bpf_offload
        broadcast_pmtu cmsg_so_mark cmsg_time drop_monitor_tests fcnal-test
        fib_nexthop_multiprefix fib_nexthops fib_rule_tests fib_tests fib-onlink-tests gre_gso gro
        icmp icmp_redirect ip6_gre_headroom io_uring_zerocopy_tx l2_tos_ttl_inherit l2tp
        ndisc_unsolicited_na_test netdevice pmtu psock_snd reuseaddr_conflict reuseport_bpf
        reuseport_dualstack route_localnet rtnetlink run_afpackettests setup_loopback so_txtime
        srv6_end_dt46_l3vpn_test stress_reuseport_listen tcp_fastopen_backup_key
        test_blackhole_dev test_bpf test_vxlan_mdb test_vxlan_under_vrf tls toeplitz traceroute
        txtimestamp udpgro udpgso unicast_extensions vrf-xfrm-tests xfrm_policy
        """
    )
    ciphers = words("12_aes_gcm 13_aes_gcm 12_chacha 13_chacha 13_sm4_gcm")
    checks = words(
        "sendfile send_then_sendfile multi_chunk_sendfile recv_max splice_from_pipe poll_wait rekey "
        "shutdown_unsent"
    )
    return (*scripts, *spelled("tls_{}_{}", ciphers, checks))


def _mm() -> tuple[str, ...]:
    programs = words(
        """
        cow hugepage-mmap hugepage-mremap hugepage-shm khugepaged ksm_tests madv_populate
        map_fixed_noreplace memfd_secret migration mlock2-tests mrelease_test mremap_test mkdirty
        on-fault-limit pagemap_ioctl pkey_sighandler_tests process_madv protection_keys soft-dirty
        split_huge_page_test thuge-gen transhuge-stress uffd-stress_anon uffd-stress_shmem
        uffd-unit-tests virtual_address_range va_high_addr_switch vm_test_sh
        """
    )
    return (
        *programs,
        *spelled("cow_{}_{}_{}", ("anon", "thp", "hugetlb"), ("read", "write", "fork"), range(6)),
    )


def _dt() -> tuple[str, ...]:
    nodes = words(
        """
        amba_serial_9000000 cpus_cpu_0 cpus_cpu_1 firmware_optee gpio-keys hdmi-connector leds
        memory psci regulator-vcc_3v3 soc_ethernet soc_gpu soc_i2c_0 soc_i2c_1 soc_mmc_0 soc_mmc_1
        soc_pcie soc_pwm_0 soc_rng soc_sound soc_spi_0 soc_thermal soc_usb_0 soc_usb_1
        soc_watchdog thermal-zones timer
        """
    )
    return ("test_unprobed_devices_sh", *spelled("test_unprobed_devices_sh_{}", nodes))


def _x86() -> tuple[str, ...]:
    programs = words(
        """
        amx check_initial_reg_state corrupt_xstate_header entry_from_vm86 fsgsbase
        fsgsbase_restore iopl ioperm lam ldt_gdt mov_ss_trap nx_stack ptrace_syscall sigreturn
        sigtrap_loop single_step_syscall syscall_arg_fault syscall_nt test_mremap_vdso
        test_vsyscall unwind_vdso vdso_restorer
        """
    )
    return spelled("{}_{}", programs, (32, 64))


_RULES = {
    "alsa": _alsa,
    "arm64": _arm64,
    "iommu": _iommu,
    "landlock": _landlock,
    "seccomp": _seccomp,
    "ftrace": _ftrace,
    "net": _net,
    "mm": _mm,
    "dt": _dt,
    "x86": _x86,
}
