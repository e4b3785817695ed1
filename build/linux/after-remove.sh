#!/bin/bash

# ---- Andon's own part. The rest is electron-builder's, which a script of one's own would replace.

# dpkg says what happens, rpm how many versions are left. On an upgrade the new version is there already: whatever was
# taken away now would be its own.
case "$1" in
    upgrade | failed-upgrade | abort-install | abort-upgrade | disappear | 1) exit 0 ;;
esac

if [ "$1" = purge ]; then
    if [ "$ANDON_PURGE_JOURNAL" = yes ]; then
        rm -rf /var/lib/andon /var/lib/private/andon
    elif [ -e /var/lib/andon ] || [ -e /var/lib/private/andon ]; then
        echo "andon: the journal stays in /var/lib/andon. To remove it as well: rm -r /var/lib/andon /var/lib/private/andon"
    fi
fi
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi
if [ "$1" != purge ]; then
    rm -rf /run/andon-machines
fi

# ---- electron-builder's part.

# Delete the link to the binary
# update-alternatives --remove <name> <path>: 'path' must be the registered alternative binary,
# not the generic symlink — see https://man7.org/linux/man-pages/man1/update-alternatives.1.html
if type update-alternatives >/dev/null 2>&1; then
    update-alternatives --remove '${executable}' '/opt/${sanitizedProductName}/${executable}'
else
    rm -f '/usr/bin/${executable}'
fi

APPARMOR_PROFILE_DEST='/etc/apparmor.d/${executable}'

# Remove and unload apparmor profile.
if [ -f "$APPARMOR_PROFILE_DEST" ]; then
  # Unload the profile from the running kernel before deleting the file so the
  # policy is not left enforced until the next reboot.  Mirror the chroot guard
  # used in the after-install script — live AppArmor operations are not
  # meaningful inside a chroot.
  # https://wiki.debian.org/AppArmor/HowToUse
  if apparmor_status --enabled > /dev/null 2>&1; then
    if ! { [ -x '/usr/bin/ischroot' ] && /usr/bin/ischroot; } && hash apparmor_parser 2>/dev/null; then
      apparmor_parser --remove "$APPARMOR_PROFILE_DEST" || true
    fi
  fi
  rm -f "$APPARMOR_PROFILE_DEST"
fi
