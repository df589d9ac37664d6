import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** /proc and the control groups: the kernel's files, which tests replace. */
export interface CgroupFiles {
  read(file: string): string;
  write(file: string, text: string): void;
  makeFolder(folder: string): void;
  removeFolder(folder: string): void;
  /** Names of the folders in it. */
  folders(folder: string): string[];
}

export const kernelFiles: CgroupFiles = {
  read: (file) => readFileSync(file, 'utf8'),
  // Nothing is made: a file that isn't there is a controller that isn't.
  write: (file, text) => writeFileSync(file, text, { flag: 'r+' }),
  makeFolder: (folder) => mkdirSync(folder),
  removeFolder: (folder) => rmdirSync(folder),
  folders: (folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name),
};
