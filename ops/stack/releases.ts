import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../tools/command/run-command';
import { replaceFile } from '../../src/lib/replace-file';
import { readBuild, type Build } from '../../src/process/version';
import { buildDigestOf, linkPackages, publish } from '../set-up/build';

/** Number of builds that are kept; the one that serves is one of them, or stays besides them. */
const mostKept = 5;
/** Shortest beginning of an id or commit that names a release. */
const shortestName = 4;

/** A build that has served. */
export interface Release extends Build {
  /** Digest of the build: the first part of TASKFLEET_RELEASE. */
  id: string;
  /** Folder with api.js and worker.js. */
  folder: string;
  /** Time at which it served first, in ISO 8601. */
  servedAt: string;
  /** True if a rollback left it, and it has not served again. */
  isRolledBack?: boolean;
}

type Note = Pick<Release, 'servedAt' | 'isRolledBack'>;

/** Keeps the builds that have served, so that the stack can go back to one. @param dir the stack's folder */
export function createReleases({ root, dir }: { root: string; dir: string }) {
  const store = path.join(dir, 'releases');
  const noteOf = (id: string) => path.join(store, id, 'release.json');
  const buildFolder = (id: string) => path.join(store, id, 'dist');

  const writeNote = (file: string, note: Note) => replaceFile(file, JSON.stringify(note));

  const has = (id: string) => fs.existsSync(noteOf(id));

  /** @returns undefined if no such release is kept */
  function read(id: string): Release | undefined {
    if (!has(id)) return undefined;
    const note = JSON.parse(fs.readFileSync(noteOf(id), 'utf8')) as Note;
    return { ...readBuild(buildFolder(id)), ...note, id, folder: buildFolder(id) };
  }

  /** @returns the latest first */
  function list(): Release[] {
    if (!fs.existsSync(store)) return [];
    return fs
      .readdirSync(store)
      .flatMap((id) => read(id) ?? [])
      .sort((a, b) => b.servedAt.localeCompare(a.servedAt));
  }

  /** Keeps a build that serves. @returns its id */
  function keep(folder: string): string {
    linkPackages(root, dir);
    const id = buildDigestOf(folder);
    const known = read(id);
    if (!known) {
      // A command that is killed leaves no half build under this name.
      const fresh = path.join(store, `${id}.new`);
      fs.rmSync(fresh, { recursive: true, force: true });
      publish(folder, path.join(fresh, 'dist'));
      writeNote(path.join(fresh, 'release.json'), { servedAt: new Date().toISOString() });
      fs.rmSync(path.join(store, id), { recursive: true, force: true });
      fs.renameSync(fresh, path.join(store, id));
    } else if (known.isRolledBack) writeNote(noteOf(id), { servedAt: known.servedAt });
    return id;
  }

  /** Removes builds beyond the latest. @param serving ids of those that must stay */
  function prune(serving: string[]): void {
    const kept = list().filter(({ id }, at) => at < mostKept || serving.includes(id));
    const names = kept.map(({ id }) => id);
    for (const name of fs.readdirSync(store).filter((entry) => !names.includes(entry)))
      fs.rmSync(path.join(store, name), { recursive: true, force: true });
    // Earlier versions kept one build here.
    fs.rmSync(path.join(dir, 'good'), { recursive: true, force: true });
  }

  /** Notes that a rollback has left this build, so that the next rollback passes it over. */
  function markRolledBack(id: string): void {
    const release = read(id);
    if (release) writeNote(noteOf(id), { servedAt: release.servedAt, isRolledBack: true });
  }

  /**
   * @param name beginning of an id or commit, or a version; default: the release before the one that serves
   * @throws UserError if none or several match
   */
  function find(name: string | undefined, servingId: string): Release {
    const all = list();
    const others = all.filter(({ id }) => id !== servingId);
    const see = 'npx taskfleet releases lists those that are kept.';
    if (name === undefined) {
      const at = all.findIndex(({ id }) => id === servingId);
      const before = all.slice(at + 1).find(({ id, isRolledBack }) => id !== servingId && !isRolledBack);
      if (before) return before;
      throw new UserError(`No release from before the one that serves is kept. ${see}`);
    }
    const matches = ({ id, commit, version }: Release) =>
      version === name || (name.length >= shortestName && [id, commit].some((text) => text.startsWith(name)));
    const found = others.filter(matches);
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new UserError(
        `${name} names ${found.length} releases: ${found.map(({ id }) => id).join(', ')}. Name one of these.`,
      );
    if (all.some(matches)) throw new UserError(`${name} serves already. ${see}`);
    throw new UserError(
      `No kept release is named ${name} (the first ${shortestName} or more characters of a release or commit, or a version). ${see}`,
    );
  }

  return { list, has, keep, prune, find, markRolledBack, folderOf: buildFolder };
}
