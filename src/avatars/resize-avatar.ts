import type { AvatarRepository, Rendition } from './avatar-repository';
import type { ClientSession } from '../infra/mongo/mongo';
import { PictureFault, type PictureDecoder } from '../infra/images/picture-decoder';
import { OverLimitError, UnrecoverableError, type JobHandlers } from '../jobs/job-handler';
import { replacedResult } from '../jobs/job-service';

/** Side lengths of each avatar in pixels. */
export const AVATAR_SIZES = [64, 256, 512] as const;
export type AvatarSize = (typeof AVATAR_SIZES)[number];

interface ResizeAvatarDeps {
  avatars: AvatarRepository;
  decoder: Pick<PictureDecoder, 'squareWebps'>;
}

const SIMPLER = 'Save it as a plain (not progressive) JPEG or with fewer pixels, and send it again.';

/** The sender of the picture reads the message in their job. */
const faultOf = (cause: PictureFault): UnrecoverableError =>
  cause.kind === 'damaged'
    ? new UnrecoverableError('The picture cannot be read: it is damaged.', { cause })
    : new OverLimitError(`The picture takes too much ${cause.kind} to decode. ${SIMPLER}`, { cause });

/** Makes three squares of an uploaded picture; they are shown only if no newer picture came meanwhile. */
export function createResizeAvatar({ avatars, decoder }: ResizeAvatarDeps): JobHandlers['resize-avatar'] {
  /** Id of the job whose upload replaced this one; `undefined` if none did. */
  async function replacement(userId: string, jobId: string, session?: ClientSession) {
    const newest = (await avatars.byUser(userId, session))?.upload.jobId;
    return newest && String(newest) !== jobId ? String(newest) : undefined;
  }

  return {
    async run({ userId, digest }, { jobId, signal }) {
      const original = await avatars.original(jobId);
      if (!original) {
        const replacedBy = await replacement(userId, jobId);
        if (replacedBy) return async () => replacedResult(replacedBy);
        throw new UnrecoverableError('The picture was removed before it was resized.');
      }
      const squares = await decoder.squareWebps(original, AVATAR_SIZES, signal).catch((error: unknown) => {
        throw error instanceof PictureFault ? faultOf(error) : error;
      });
      const files: Rendition['files'] = {};
      for (const [index, size] of AVATAR_SIZES.entries()) {
        signal.throwIfAborted();
        files[size] = await avatars.files.write(`${size}.webp`, squares[index]!, { jobId, userId });
      }
      return async (session) => {
        const shown = await avatars.show(userId, { digest, jobId, files }, session);
        await avatars.removeOriginal(jobId, session);
        const replacedBy = shown ? undefined : await replacement(userId, jobId, session);
        if (replacedBy) return replacedResult(replacedBy);
        return { shown, sizes: [...AVATAR_SIZES], url: `/users/${userId}/avatar` };
      };
    },

    /** Removes the files of earlier attempts and of the picture shown before. */
    async tidy({ userId, replaces }, { jobId }) {
      const avatar = await avatars.byUser(userId);
      const shown = avatar?.current ? Object.values(avatar.current.files) : [];
      await avatars.files.removeOfJob(jobId, shown);
      if (replaces) await avatars.files.removeOfJob(replaces, shown);
    },

    async failed(jobId, keepUntil, session) {
      if (keepUntil) await avatars.keepOriginal(jobId, keepUntil, session);
      else await avatars.removeOriginal(jobId, session);
    },
  };
}
