import { commandOf, restrictionsOf, settingOf, type UnitOptions } from './systemd-unit';

/** @returns a unit that makes one backup, with the rights of the service of the stack and behind all other work */
export const backupServiceOf = (options: UnitOptions) => `# Written by npx taskfleet install-service.
[Unit]
Description=taskfleet: a backup of the database
After=network-online.target taskfleet.service
Wants=network-online.target

[Service]
Type=oneshot
${settingOf(options)}ExecStart=${commandOf(options.root, 'backup --keep 14')}
TimeoutStartSec=6h
Nice=19
IOSchedulingClass=idle
MemoryMax=1G

${restrictionsOf(options)}`;

/** Once a day, not at the same moment on all hosts; a host that was off makes up for it. */
export const backupTimer = `# Written by npx taskfleet install-service.
[Unit]
Description=taskfleet: a backup every day

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=yes

[Install]
WantedBy=timers.target
`;
