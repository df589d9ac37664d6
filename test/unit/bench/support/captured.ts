import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from '../../../support/folder';

/** Runs a command. @returns what it prints, and its exit status */
export function capture(command: () => number) {
  const written = { out: '', err: '' };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  try {
    return { status: command(), ...written };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

/** Makes a folder for results. */
export function useResultFolder() {
  const folder = newFolder();
  return {
    folder,
    /** @returns the file */
    save(name: string, content: unknown): string {
      const file = path.join(folder, name);
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
  };
}
