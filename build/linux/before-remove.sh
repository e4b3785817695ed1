#!/bin/bash

# dpkg says "remove" and rpm 0 where no other version follows. Stopped while its program is still there.
case "$1" in
    remove | 0)
        if [ -d /run/systemd/system ]; then
            systemctl --quiet disable --now andon.service || true
        else
            rm -f /etc/systemd/system/multi-user.target.wants/andon.service
        fi
        ;;
esac
exit 0
