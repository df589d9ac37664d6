import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Mounts a disk in memory at a folder, so that a test can fill it.
 *
 * @throws Error if mounting is not permitted: no other disk can be filled without harm to the host
 */
export function mountSmallDisk(folder: string, megabytes: number) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ballast = path.join(folder, 'ballast');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'none', folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new Error(
      `This test needs a disk that it can fill, and could not mount one (${String(stderr).trim()}). ` +
        'Run it as root, on Linux, or in a container with --cap-add SYS_ADMIN.',
      { cause: error },
    );
  }
  const free = () => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  return {
    free,
    /** Uses up all room but `leftMb` megabytes; again if room was freed since. */
    fill(leftMb = 0): void {
      // One block too many ends in ENOSPC, with the disk full.
      const bytes = Math.max(0, free() - leftMb * 1e6);
      const block = Buffer.alloc(64 * 1024);
      try {
        for (let written = 0; written <= bytes; written += block.length)
          writeFileSync(ballast, block, { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    /** Unmounts even while an ending process has open files there. */
    unmount: () => void execFileSync('umount', ['-l', folder]),
  };
}
