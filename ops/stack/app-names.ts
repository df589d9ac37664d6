import path from 'node:path';

/** The two apps. PM2 knows them by these names too, unless KEY_PREFIX has another value than its default. */
export const apiName = 'taskfleet-api';
export const workerName = 'taskfleet-worker';

export type AppName = typeof apiName | typeof workerName;

/** @returns which app a process of PM2 is, by its script: its name has the prefix of its start */
export function appOf(script = ''): AppName | undefined {
  const apps: Record<string, AppName> = { 'api.js': apiName, 'worker.js': workerName };
  return apps[path.basename(script)];
}

/** @returns a text for people: `3 API workers and 1 job worker` */
export function describeCounts(apps: { name: string }[]): string {
  const counted = (wanted: string, title: string) => {
    const count = apps.filter(({ name }) => name === wanted).length;
    return `${count} ${title}${count === 1 ? '' : 's'}`;
  };
  return `${counted(apiName, 'API worker')} and ${counted(workerName, 'job worker')}`;
}
