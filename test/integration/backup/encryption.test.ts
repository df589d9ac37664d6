import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readBackup } from '../../../src/backup/backup-format';
import { readBackupKeys, writeNewKey } from '../../../src/backup/encryption';
import { restoreBackup } from '../../../src/backup/restore-backup';
import { writeBackup } from '../../../src/backup/write-backup';
import { newFolder } from '../../support/folder';
import { everything, seedSome, useData } from '../../support/stored';

const folder = newFolder();
const [from, to] = [useData(), useData()];
const file = path.join(folder, 'a.gz.age');
const [keyFile, otherFile] = [path.join(folder, 'key'), path.join(folder, 'other')];
let [keys, others]: string[][] = [];

beforeAll(async () => {
  await from.prepare();
  await seedSome(from);
  // More than two chunks of the format, of 64 kB each.
  const ids = { jobId: 'a'.repeat(24), userId: 'b'.repeat(24) };
  const noise = randomBytes(200_000);
  await from.avatars.files.write('64.webp', noise, ids);
  for (const name of [keyFile, otherFile]) await writeNewKey(name);
  [keys, others] = await Promise.all(
    [keyFile, otherFile].map((name) => readBackupKeys({ BACKUP_KEY_FILE: name })),
  );
  await writeBackup({ ...from, file, keys });
});

const reasonOf = (bytes: Buffer) =>
  writeFile(path.join(folder, 'broken'), bytes).then(() =>
    readBackup(path.join(folder, 'broken'), () => {}, keys).then(
      () => 'none',
      (error: Error) => error.message.replace(/^.* cannot be used: /, ''),
    ),
  );

describe('an encrypted backup', () => {
  it('holds nothing that can be read without the key', async () => {
    const text = await readFile(file, 'latin1');
    expect(text).toMatch(/^age-encryption\.org\/v1\n-> X25519 /);
    expect(text.length).toBeGreaterThan(64 * 1024);
    for (const word of ['taskfleet-backup', 'migrations', '\x1f\x8b\x08\x00'])
      expect(text).not.toContain(word);
    await expect(readBackup(file)).rejects.toThrow(/is encrypted: set BACKUP_KEY_FILE/);
  });

  it('is restored with its key, document by document', async () => {
    await restoreBackup({ ...to, file, keys });
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('is read with its key among others, and the first key encrypts', async () => {
    const second = path.join(folder, 'second.gz.age');
    await writeBackup({ ...from, file: second, keys: [...others!, ...keys!] });
    await expect(readBackup(second, () => {}, others)).resolves.toMatchObject({
      counts: expect.objectContaining({ users: 5, tasks: 60 }) as unknown,
    });
    await expect(readBackup(second, () => {}, keys)).rejects.toThrow('it has another key');
    await expect(readBackup(file, () => {}, [...others!, ...keys!])).resolves.toBeDefined();
  });

  it('is not restored with another key', async () => {
    await expect(restoreBackup({ ...to, file, keys: others, empty: to.namespace })).rejects.toThrow(
      /cannot be used: no key in BACKUP_KEY_FILE opens it: it has another key/,
    );
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('is refused if it is truncated or changed anywhere', async () => {
    const bytes = await readFile(file);
    const head = bytes.indexOf('\n---');
    const chunk = 64 * 1024;
    const lengths = [head - 10, head + 20, head + 60, chunk, 2 * chunk + 300, bytes.length - 1];
    for (const length of lengths)
      expect(await reasonOf(bytes.subarray(0, length))).toMatch(/^it cannot be decrypted|^no key/);
    for (const at of [head - 10, head + 10, head + 60, chunk, bytes.length - 1]) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1;
      expect(await reasonOf(flipped)).toMatch(/^it cannot be decrypted|^no key/);
    }
    expect(await reasonOf(Buffer.concat([bytes, Buffer.from('x')]))).toMatch(/^it cannot be decrypted/);
    expect(await reasonOf(bytes.subarray(0, 10))).toMatch(/incorrect header check|unexpected end of file/);
    // Nothing is wrong with the file itself.
    expect(await reasonOf(bytes)).toBe('none');
  });

  it('is no file of its name if it is interrupted', async () => {
    const interrupted = AbortSignal.abort(new Error('Interrupted'));
    const half = path.join(folder, 'half.gz.age');
    await expect(writeBackup({ ...from, file: half, keys, signal: interrupted })).rejects.toThrow(
      'no file was written',
    );
    await expect(stat(half)).rejects.toThrow('ENOENT');
  });
});

describe('a file of keys', () => {
  it('is for its owner alone, and never replaced', async () => {
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    await expect(writeNewKey(keyFile)).rejects.toThrow('EEXIST');
    expect(await readBackupKeys({ BACKUP_KEY_FILE: keyFile })).toEqual(keys);
    expect(await readBackupKeys({})).toEqual([]);
  });

  it('is refused if it holds anything else, and no part of a key is shown', async () => {
    const [key] = keys!;
    const wrong = path.join(folder, 'wrong');
    const last = key!.endsWith('Q') ? 'P' : 'Q';
    for (const text of [
      '',
      '# nothing',
      'password',
      key!.slice(0, -4),
      `${key!.slice(0, -1)}${last}\n`,
      `${key}\nx`,
    ]) {
      await writeFile(wrong, text);
      const refused = (await readBackupKeys({ BACKUP_KEY_FILE: wrong }).catch(
        (error: unknown) => error,
      )) as Error;
      expect(refused.message).toMatch(/must hold keys of age .*--new-key FILE$/s);
      expect(refused.message).not.toContain(key!.slice(20, 30));
    }
  });
});
