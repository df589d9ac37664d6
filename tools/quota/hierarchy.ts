import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { folderOf, type Hierarchy } from '../../src/process/cgroup';

/** /proc and the control groups: files of the kernel, which tests replace. */
export interface CgroupFiles {
  read(file: string): string;
  write(file: string, text: string): void;
  makeFolder(folder: string): void;
  removeFolder(folder: string): void;
  /** Returns the names of the folders in it. */
  folders(folder: string): string[];
}

export const kernelFiles: CgroupFiles = {
  read: (file) => readFileSync(file, 'utf8'),
  // Creates no file: a missing file is a missing controller.
  write: (file, text) => writeFileSync(file, text, { flag: 'r+' }),
  makeFolder: (folder) => mkdirSync(folder),
  removeFolder: (folder) => rmdirSync(folder),
  folders: (folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name),
};

export const groupOf = (files: CgroupFiles, hierarchy: Hierarchy, pid: number | 'self'): string =>
  folderOf(hierarchy, files.read(`/proc/${pid}/cgroup`));
