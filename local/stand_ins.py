"""Runs ministack, the stand-in for S3, SES and Cognito, as a child of `local`.

It ends when its standard input ends, so it never outlives its parent, however
that one ended. Two runs on the same state come after one another, by a lock.
What changed is saved every two seconds: ministack by itself saves only when it
is stopped in order.
"""

import fcntl
import json
import os
import pathlib
import signal
import sys
import threading
import time

EVERY = 2  # seconds


def stop_with_parent():
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def save_changes():
    from ministack import app
    from ministack.core import persistence

    saved = {}
    while True:
        time.sleep(EVERY)
        try:
            for name, state in app._build_persistence_save_dict().items():
                now = state()
                text = json.dumps(now, default=persistence._json_default)
                if now is not None and saved.get(name) != text:
                    persistence.save_state(name, now)
                    saved[name] = text
        except RuntimeError as error:  # changed while it was read: the next time
            print(f"not saved now: {error}", file=sys.stderr)


def copy_where_nothing_is():
    """S3 heeds If-None-Match where it copies as well; ministack doesn't."""
    from ministack.services import s3

    copy = s3._copy_object

    def conditional_copy(bucket, key, headers):
        there = (s3._ensure_bucket(bucket) or {}).get("objects", {}).get(key)
        return s3._check_put_preconditions(headers, there) or copy(bucket, key, headers)

    s3._copy_object = conditional_copy


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    state = pathlib.Path(os.environ["STATE_DIR"])
    state.mkdir(parents=True, exist_ok=True)
    with open(state.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        from ministack import app

        copy_where_nothing_is()
        for work in (stop_with_parent, save_changes):
            threading.Thread(target=work, daemon=True).start()
        app.main()


main()
