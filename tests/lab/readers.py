# SPDX-License-Identifier: BSD-2-Clause
"""What carpmon said live, held against tcpdump, tshark and carpmon -r on the recording."""
import collections
import subprocess

import peers
import watch

# CARP, not VRRP: 36 octets, version 2, type 1, authentication length 7.
CARP = "ip proto 112 and ip[2:2] = 56 and ip[20] = 0x21 and ip[23] = 7"
NEAR = 0.02     # two sockets stamp one frame twice
LIVELY = 1.0    # seconds before the end that timers of -r may lack
VERDICT = ("event", "vhid", "code", "cause", "severity", "confidence", "senders", "sender",
           "previous", "role", "reason")


def _output(*argv):
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


def _tcpdump_count(path):
    return len(_output("tcpdump", "-n", "-r", path, CARP).splitlines())


def _tshark_senders(path):
    """Adverts by (vhid, sender)."""
    rows = _output("tshark", "-n", "-r", path, "--disable-protocol", "vrrp", "--disable-protocol",
                   "carp", "-Y", "ip.proto == 112 && ip.len == 56 && data.data[0] == 21"
                   " && data.data[3] == 07", "-T", "fields", "-e", "ip.src", "-e", "data.data")
    return collections.Counter((int(data[2:4], 16), source)
                               for source, data in (row.split() for row in rows.splitlines()))


def _verdicts(events, until):
    """(what, when) of transitions and findings, vhid by vhid."""
    told = [event for event in events
            if event["event"] in ("transition", "finding", "update", "resolved")
            and watch.seconds(event["time"]) < until]
    told.sort(key=lambda event: event["vhid"])
    return [({key: event.get(key) for key in VERDICT}, watch.seconds(event["time"]),
             watch.seconds(event["since"])) for event in told]


def check(show, monitor, record_property):
    """All readers saw the same adverts and drew the same conclusions."""
    live = show.monitors[monitor].events
    watch.check_schema(live)
    assert "error" not in show.monitors[monitor].output()
    end = live[-1]
    assert end["event"] == "end" and end["dropped"] == 0 and end["unreadable"] == 0
    if peers.tcpdump_works():
        assert end["adverts"] == _tcpdump_count(show.path)
    by_sender = {(s["vhid"], sender["address"]): sender["adverts"]
                 for s in watch.pick(live, event="summary") for sender in s["senders"]}
    assert by_sender == dict(_tshark_senders(show.path))

    options = ("-c", show.config) if monitor == "keys" else ()
    status, offline = watch.read(show.path, *options)
    assert status == show.status[monitor]
    until = show.curtain - LIVELY
    first, second = _verdicts(live, until), _verdicts(offline, until)
    assert [what for what, *_ in first] == [what for what, *_ in second]
    for (what, time1, since1), (_what, time2, since2) in zip(first, second):
        assert abs(time1 - time2) < NEAR and abs(since1 - since2) < NEAR, what

    delays = sorted(delay for delay, _event in show.monitors[monitor].delays())
    assert delays[-1] < 1.0
    record_property("%s: event to line (%s), ms" % (show.name, monitor),
                    "median %.0f, worst of %d %.0f" % (1000 * delays[len(delays) // 2],
                                                      len(delays), 1000 * delays[-1]))
    record_property("%s: adverts (%s)" % (show.name, monitor), end["adverts"])
