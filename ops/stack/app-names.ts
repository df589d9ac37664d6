/** Names of the apps in PM2. ecosystem.config.js repeats them, since an image has that file without this folder. */
export const apiName = 'taskfleet-api';
export const workerName = 'taskfleet-worker';

/** @returns a text for people: `3 API workers and 1 job worker` */
export function describeCounts(apps: { name: string }[]): string {
  const counted = (wanted: string, title: string) => {
    const count = apps.filter(({ name }) => name === wanted).length;
    return `${count} ${title}${count === 1 ? '' : 's'}`;
  };
  return `${counted(apiName, 'API worker')} and ${counted(workerName, 'job worker')}`;
}
