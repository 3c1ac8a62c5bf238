from results.judging.miscellany import Measured, measured_in
from results.judging.numbers import counts_in


def test_what_is_named_a_measurement_is_one_also_as_text():
    test = {"environment": {"misc": {"platform": "x", "measurement": "124", "job_id": "19244522"}}}
    assert measured_in(test) == [Measured("measurement", "", 124.0)]


def test_measurements_have_names_and_units():
    misc = {
        "measurements": [
            {"name": "read", "value": 12.5, "unit": "MB/s"},
            {"name": "write", "value": "7", "units": "MB/s"},
            {"name": "none", "value": "fast"},
        ],
        "metrics": {"switches": 31, "boot_ms": 2.5, "nested": {"depth": 3}},
    }
    assert measured_in({"misc": misc}) == [
        ("read", "MB/s", 12.5), ("write", "MB/s", 7.0), ("switches", "", 31.0), ("boot_ms", "ms", 2.5),
        ("depth", "", 3.0),
    ]  # fmt: skip


def test_a_name_may_end_in_its_unit():
    misc = {"kernel_image_size": 9_123_456, "boot_time_ms": 812.5, "iid": 18643020, "job_id": 7, "size": 3}
    assert measured_in({"misc": misc}) == [
        ("kernel_image_size", "bytes", 9_123_456.0), ("boot_time_ms", "ms", 812.5), ("size", "bytes", 3.0),
    ]  # fmt: skip


def test_entries_of_a_list_are_told_apart_by_their_texts():
    metric = [
        {"ip": "IPv4", "buffer_size_bytes": "32", "rx_throughput_in_gbps": 0.2, "vmsize": "D16"},
        {"ip": "IPv4", "buffer_size_bytes": "64", "rx_throughput_in_gbps": 0.4, "vmsize": "D16"},
    ]
    assert measured_in({"misc": {"perf": {"info": {"tool": "iperf3"}, "metric": metric}}}) == [
        ("rx_throughput_in_gbps (ip IPv4, buffer_size_bytes 32, vmsize D16)", "gbps", 0.2),
        ("rx_throughput_in_gbps (ip IPv4, buffer_size_bytes 64, vmsize D16)", "gbps", 0.4),
    ]


def test_nonsense_measures_nothing():
    for misc in (
        None, 3, "x", [], {"measurement": None}, {"measurement": True}, {"measurement": "nan"},
        {"measurement": "1e999"}, {"measurements": {"a": [[[[[[[1]]]]]]]}}, {"x_ms": 10**400},
    ):  # fmt: skip
        assert measured_in({"misc": misc}) == []
    assert measured_in({}) == []
    assert len(measured_in({"misc": {"metrics": {f"m{n}": n for n in range(1000)}}})) == 100


def test_builds_tell_how_many_warnings_the_compiler_gave():
    assert counts_in({"misc": {"warnings": 3, "error_count": "2"}}) == {"warnings": 3, "errors": 2}
    assert counts_in({"misc": {"warnings": ["a.c:1", "b.c:2"]}}) == {"warnings": 2}
    assert counts_in({"misc": {"warnings": "many", "errors": -1}}) == {}
    assert counts_in({"misc": None}) == counts_in({}) == {}
