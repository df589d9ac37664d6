import type { Config } from '../config';
import type { Metrics } from '../infra/metrics';
import { createDiskWatch, type DiskWatch } from './disk-watch';
import type { Room } from '../lib/disk-level';

type DiskOptions = Omit<Parameters<typeof createDiskWatch>[0], 'places' | 'reserve'>;

/** Starts to watch the disks; resolves after the first look. */
export async function composeDisks(
  { diskPlaces, diskReserve }: Pick<Config, 'diskPlaces' | 'diskReserve'>,
  metrics: Metrics,
  options: DiskOptions,
): Promise<DiskWatch> {
  const disks = createDiskWatch({ ...options, places: diskPlaces, reserve: diskReserve });
  await disks.start();
  observeDisks(metrics, disks);
  return disks;
}

/** Every API worker of a host exports the same values: aggregate with min(), not sum(). */
function observeDisks(metrics: Metrics, disks: DiskWatch): void {
  const each = (key: keyof Room) => () =>
    Object.fromEntries(Object.entries(disks.rooms()).map(([place, room]) => [place, room[key]]));
  metrics.gauges('taskfleet_disk_free_bytes', 'Free room on the disk of a place', 'place', each('free'));
  metrics.gauges('taskfleet_disk_size_bytes', 'Size of the disk of a place', 'place', each('size'));
  metrics.gauge('taskfleet_disk_full', 'Whether writes are refused because the database lacks room', () =>
    Number(disks.isFull()),
  );
}
