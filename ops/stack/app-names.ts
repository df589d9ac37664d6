/** As PM2 knows them; ecosystem.config.js, which an image has without this folder, says the same. */
export const apiName = 'taskfleet-api';
export const workerName = 'taskfleet-worker';

/** @returns for people: `3 API workers and 1 job worker` */
export function tellCounts(apps: { name: string }[]): string {
  const tell = (wanted: string, title: string) => {
    const count = apps.filter(({ name }) => name === wanted).length;
    return `${count} ${title}${count === 1 ? '' : 's'}`;
  };
  return `${tell(apiName, 'API worker')} and ${tell(workerName, 'job worker')}`;
}
