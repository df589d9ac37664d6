import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Semantic version of the API's contract; the software has its own, in package.json. */
export const API_VERSION = '1.0.0';

/** What build.json says about a compiled folder. */
export interface Build {
  /** Version of package.json. */
  version: string;
  /** Commit of the sources, with `+changes` if they were not committed; `unknown` without git. */
  commit: string;
  /** Time in ISO 8601; empty if unknown. */
  builtAt: string;
  /** Digest of package-lock.json: a build needs the packages that it was compiled with. */
  packages: string;
}

/** @param release value of TASKFLEET_RELEASE @returns the digest of its build, whatever its configuration is */
export const buildOf = (release = ''): string => release.split('-')[0] ?? '';

export const BUILD_FILE = 'build.json';

/** Reads what a compiled folder is made of. What is not known is `unknown`, so that an older build can be shown. */
export function readBuild(folder: string): Build {
  const unknown = { version: 'unknown', commit: 'unknown', builtAt: '', packages: '' };
  try {
    const text = readFileSync(path.join(folder, BUILD_FILE), 'utf8');
    return { ...unknown, ...(JSON.parse(text) as Partial<Build>) };
  } catch {
    return { ...unknown, version: versionOf(path.join(folder, '..')) };
  }
}

function versionOf(root: string): string {
  try {
    return (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}

const { version, commit } = readBuild(path.join(__dirname, '..'));

/** What this process runs. Sources that run without being compiled have no commit. */
export const versions = { version, commit, contract: API_VERSION };
