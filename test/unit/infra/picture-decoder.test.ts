import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { isAlive } from '../../../src/lib/is-alive';
import {
  createPictureDecoder,
  PictureFault,
  type PictureDecoder,
} from '../../../src/infra/images/picture-decoder';
import { damagedPicture, largeInterlaced, newPicture, slowPicture } from '../../support/pictures';
import { pictureChildren } from '../../support/picture-children';
import { eventually } from '../../support/wait';

const AMPLE = { cpuMs: 600_000, memoryBytes: 640_000_000, wallMs: 600_000 };
const open: PictureDecoder[] = [];

const decoderWith = (limits: Partial<typeof AMPLE> = {}) => {
  const decoder = createPictureDecoder({ ...AMPLE, ...limits });
  open.push(decoder);
  return decoder;
};

const childrenOf = (parent = process.pid) => pictureChildren(parent).map(({ pid }) => pid);

const noSignal = new AbortController().signal;
const decode = (decoder: PictureDecoder, bytes: Buffer, signal = noSignal) =>
  decoder.squareWebps(bytes, [64, 32], signal);
async function expectToWork(decoder: PictureDecoder): Promise<void> {
  const squares = await decode(decoder, await newPicture('png'));
  const sides = await Promise.all(squares.map(async (square) => (await sharp(square).metadata()).width));
  expect(sides).toEqual([64, 32]);
}

afterEach(async () => {
  open.splice(0).forEach((decoder) => decoder.close());
  await eventually(() => childrenOf().length === 0);
});

describe('the decoder of pictures', () => {
  it('reuses a child, even after a damaged picture, and gives it no environment', async () => {
    const decoder = decoderWith();
    await expectToWork(decoder);
    const [pid] = childrenOf();
    expect(pid).toBeGreaterThan(0);
    await expect(decode(decoder, await damagedPicture('png'))).rejects.toMatchObject({ kind: 'damaged' });
    await expectToWork(decoder);
    expect(childrenOf()).toEqual([pid]);
    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/MONGO|AMQP|REDIS|JWT|PATH=/);
      expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000');
    }
  });

  it('ends a child that still holds much memory after a picture', async () => {
    // A quarter of the limit is less than an idle child uses.
    const decoder = decoderWith({ memoryBytes: 200_000_000 });
    expect(await decode(decoder, await newPicture('png'))).toHaveLength(2);
    await eventually(() => childrenOf().length === 0);
  });

  it.each([
    ['CPU time', { cpuMs: 200 }, async () => slowPicture()],
    ['memory', { memoryBytes: 110_000_000 }, largeInterlaced],
  ] as const)(
    'ends a child whose picture takes too much %s, and decodes the next picture',
    async (kind, limits, picture) => {
      const decoder = decoderWith(limits);
      const given = await picture();
      const fault = await decode(decoder, given).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(PictureFault);
      expect(fault).toMatchObject({ kind });
      await eventually(() => childrenOf().length === 0);
      await expectToWork(decoder);
    },
  );

  it('ends a child that hangs, without blaming the picture', async () => {
    const decoder = decoderWith({ wallMs: 1_500 });
    const hanging = decode(decoder, slowPicture()).catch((error: unknown) => error);
    process.kill(await eventually(() => childrenOf()[0]), 'SIGSTOP');
    expect(await hanging).not.toBeInstanceOf(PictureFault);
    await eventually(() => childrenOf().length === 0);
  });

  it('survives a child that crashes, without blaming the picture', async () => {
    const decoder = decoderWith();
    const crashing = decode(decoder, slowPicture()).catch((error: unknown) => error);
    process.kill(await eventually(() => childrenOf()[0]), 'SIGSEGV');
    expect(await crashing).not.toBeInstanceOf(PictureFault);
    expect(String(await crashing)).toMatch(/ended: SIGSEGV/);
    await expectToWork(decoder);
  });

  it('stops at once if its caller aborts', async () => {
    const decoder = decoderWith();
    const caller = new AbortController();
    const ended = decode(decoder, slowPicture(), caller.signal).catch((error: unknown) => error);
    await eventually(() => childrenOf().length === 1);
    caller.abort(new Error('the worker stops'));
    expect(await ended).toMatchObject({ name: 'AbortError' });
    await eventually(() => childrenOf().length === 0);
    await expect(decode(decoder, slowPicture(), caller.signal)).rejects.toThrow('the worker stops');
  });

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'leaves no child behind if its process is ended by %s in the middle of a picture',
    async (by) => {
      const built = path.join(__dirname, '..', '..', '..', 'dist', 'infra', 'images', 'picture-decoder.js');
      const script = `
      require('node:os').setPriority(19);
      const { createPictureDecoder } = require(${JSON.stringify(built)});
      const decoder = createPictureDecoder(${JSON.stringify(AMPLE)});
      process.once('message', (bytes) => decoder.squareWebps(bytes, [64], new AbortController().signal));`;
      const parent = spawn(process.execPath, ['-e', script], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'advanced',
      });
      parent.send(slowPicture());
      const child = await eventually(() => pictureChildren(parent.pid!)[0]);
      // A child inherits the low priority of the job worker.
      expect(child.nice).toBe(19);
      process.kill(child.pid, 'SIGINT');
      parent.kill(by);
      await once(parent, 'exit');
      await eventually(() => !isAlive(child.pid));
    },
  );
});
