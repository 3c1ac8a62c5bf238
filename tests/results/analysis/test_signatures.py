import pytest

from results.analysis.signatures import SignatureKind, signature_of

ON_ARM = """
[   12.345678] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
[   12.345690] Mem abort info:
[   12.345700] Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP
[   12.345710] CPU: 3 UID: 0 PID: 4711 Comm: modprobe Not tainted 6.12.0-rc1 #1
[   12.345720] Hardware name: First Board (DT)
[   12.345730] pc : widget_probe+0x44/0x120 [widget]
[   12.345740] lr : platform_probe+0x68/0xd8
[   12.999999] Kernel panic - not syncing: Oops: Fatal exception
"""
ELSEWHERE = """
<1>[   99.000001][    T1] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010
<4>[   99.000002][    T1] CPU: 0 PID: 12 Comm: kworker/0:1 Tainted: G        W 6.12.0-rc1-dirty #77
<4>[   99.000003][    T1] Hardware name: Another Board v2 (DT)
<4>[   99.000004][    T1] pc : widget_probe+0x48/0x124
"""


def test_the_same_crash_on_two_boards_has_one_signature():
    assert signature_of(ON_ARM) == signature_of(ELSEWHERE)
    assert (
        str(signature_of(ON_ARM)) == "oops: Unable to handle kernel NULL pointer dereference in widget_probe"
    )


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        (
            "[ 5.1] BUG: KASAN: slab-out-of-bounds in foo_read+0x1a/0x90 [foo]",
            SignatureKind.SANITIZER,
            "KASAN: slab-out-of-bounds in foo_read",
        ),
        ("[ 5.1] kernel BUG at mm/slub.c:448!", SignatureKind.BUG, "kernel BUG at mm/slub.c"),
        (
            "[ 5.1] BUG: sleeping function called from invalid context at kernel/locking/mutex.c:585",
            SignatureKind.BUG,
            "sleeping function called from invalid context at kernel/locking/mutex.c:N",
        ),
        (
            "[ 5.1] WARNING: CPU: 2 PID: 77 at drivers/gpu/x.c:123 x_disable+0x30/0x40 [x]",
            SignatureKind.WARNING,
            "drivers/gpu/x.c in x_disable",
        ),
        (
            "[ 9.9] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
            SignatureKind.PANIC,
            "VFS: Unable to mount root fs on unknown-block(N,N)",
        ),
        ("watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [x:1]", SignatureKind.STALL, "soft lockup"),
        (
            "/builds/ab/linux/drivers/net/foo.c:12:5: error: too few arguments to function 'bar'",
            SignatureKind.BUILD,
            "drivers/net/foo.c: error: too few arguments to function 'bar'",
        ),
        (
            'ERROR: modpost: "bar" [drivers/net/foo.ko] undefined!',
            SignatureKind.BUILD,
            '"bar" [drivers/net/foo.ko] undefined',
        ),
        ("not ok 3 selftests: net: pmtu.sh # exit=1", SignatureKind.TEST, "selftests: net: pmtu.sh"),
        ("futex_wait05.c:12: TFAIL: slept for 1234 us", SignatureKind.TEST, "slept for N us"),
    ],
)
def test_each_kind_is_read(line, kind, text):
    found = signature_of(f"something before\n{line}\nsomething after")
    assert (found.kind, found.text) == (kind, text)


def test_a_lock_warning_names_the_lock():
    log = """WARNING: possible circular locking dependency detected
6.12.0 #1 Not tainted
kworker/0:1/12 is trying to acquire lock:
ffff888101 (&ctx->mutex){+.+.}-{3:3}, at: ctx_run+0x12/0x80"""
    found = signature_of(log)
    assert found.kind is SignatureKind.LOCKDEP
    assert found.text == "possible circular locking dependency detected (&ctx->mutex)"


def test_the_crash_counts_more_than_the_test_that_died_of_it():
    assert signature_of("not ok 1 selftests: x\n" + ON_ARM).kind is SignatureKind.OOPS


def test_passing_and_skipped_lines_have_no_signature():
    assert signature_of("ok 1 fine\nnot even close\nall is well") is None
    assert signature_of("") is None


def test_a_huge_line_is_read_in_a_moment():
    assert signature_of("x" * 5_000_000 + "\n" + "[ 1.0] " * 10_000) is None
